//! Clinic accounts.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use super::text_numbers::Id;
use crate::portals::vsee::model::Account;

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Account")]
pub struct AccountView {
    id: Id,
    code: String,
    domain: String,
    name: String,
    portal_title: String,
    /// Names of states by their two letters.
    #[schemars(with = "std::collections::BTreeMap<String, String>")]
    states: Map<String, Value>,
}

impl From<Account> for AccountView {
    fn from(account: Account) -> Self {
        Self {
            id: account.id.into(),
            code: account.code,
            domain: account.domain,
            name: account.name,
            portal_title: account.portal_title,
            states: account.states,
        }
    }
}
