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
