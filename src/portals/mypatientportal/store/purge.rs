//! Removing what a deleted realm leaves behind, in batches.

/// One batch each, in an order the foreign keys allow.
pub const PURGE: &[&str] = &[
    "delete from mypatientportal_appointments where realm = $1
        and id in (select id from mypatientportal_appointments where realm = $1 limit 500)",
    "delete from mypatientportal_next_appointment_ids where realm = $1
        and sequence in (select sequence from mypatientportal_next_appointment_ids where realm = $1 limit 500)",
    "delete from mypatientportal_types where realm = $1
        and id in (select id from mypatientportal_types where realm = $1 limit 500)",
    "delete from mypatientportal_categories where realm = $1
        and id in (select id from mypatientportal_categories where realm = $1 limit 500)",
    "delete from mypatientportal_calendars where realm = $1
        and id in (select id from mypatientportal_calendars where realm = $1 limit 500)",
    "delete from mypatientportal_blocked_patients where realm = $1
        and user_id in (select user_id from mypatientportal_blocked_patients where realm = $1 limit 500)",
    "delete from mypatientportal_practices where realm = $1
        and id in (select id from mypatientportal_practices where realm = $1 limit 500)",
    "delete from mypatientportal_insurances where realm = $1
        and id in (select id from mypatientportal_insurances where realm = $1 limit 500)",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn table(statement: &str) -> &str {
        statement.split_ascii_whitespace().nth(2).expect("delete from a table")
    }

    #[test]
    fn every_table_is_emptied_before_those_it_refers_to() {
        let migration = include_str!("../../../../migrations/0006_mypatientportal.sql");
        let order: Vec<_> = PURGE.iter().map(|statement| table(statement)).collect();
        let mut tables = 0;
        for definition in migration.split("create table ").skip(1) {
            let name = definition.split_ascii_whitespace().next().expect("a name");
            let place = order.iter().position(|one| *one == name);
            let place = place.unwrap_or_else(|| panic!("{name} is never emptied"));
            for referred in definition.split("references ").skip(1) {
                let referred = referred.split([' ', '\n']).next().expect("a name");
                let later = order
                    .iter()
                    .position(|one| *one == referred)
                    .is_none_or(|other| place < other);
                assert!(later, "{name} refers to {referred}");
            }
            tables += 1;
        }
        assert_eq!(tables, PURGE.len());
    }
}
