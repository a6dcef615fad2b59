//! What a row must be besides its columns: users, scopes and claim rules follow the rules of seeds.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::{
    model::User,
    realms::seed::{SeedClaimRule, SeedScope, SeedUser},
};

/// Checks a row as it is in the document.
///
/// # Errors
/// What is wrong with it.
pub(super) fn check(table: &str, row: &Map<String, Value>) -> Result<(), String> {
    match table {
        "users" if row.get("deleted_at").is_none_or(Value::is_null) => user(row),
        "scopes" => read::<SeedScope>(row, &["name", "descriptions", "claims"]),
        "claim_rules" => {
            let mut row = row.clone();
            let places = row.remove("places").unwrap_or_default();
            row.insert("where".to_owned(), places);
            read::<SeedClaimRule>(&row, &["where", "claims"])
        }
        _ => Ok(()),
    }
}

/// Reads some columns as what a seed would have in their place.
fn read<T: DeserializeOwned>(row: &Map<String, Value>, columns: &[&str]) -> Result<(), String> {
    let written = columns.iter().filter_map(|column| {
        let value = row.get(*column).filter(|value| !value.is_null())?;
        Some(((*column).to_owned(), value.clone()))
    });
    serde_json::from_value::<T>(Value::Object(written.collect()))
        .map(drop)
        .map_err(|error| error.to_string())
}

fn user(row: &Map<String, Value>) -> Result<(), String> {
    read::<SeedUser>(row, &["id", "username", "persona", "behaviour", "claims"])?;
    let text = |name: &str| row.get(name).and_then(Value::as_str);
    let name = text("username").map(User::folded);
    if text("username_folded") != name.as_deref() {
        return Err(format!("`username_folded`: {:?} is expected", name.unwrap_or_default()));
    }
    let email = row
        .get("claims")
        .and_then(Value::as_object)
        .and_then(User::email_folded);
    if text("email_folded") != email.as_deref() {
        return Err(format!("`email_folded`: {:?} is expected", email.unwrap_or_default()));
    }
    Ok(())
}
