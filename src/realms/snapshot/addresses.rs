//! The realm's own addresses in a document: they begin with `{issuer}`, so that they hold for whatever realm it is
//! restored as.

use serde_json::Value;

use crate::web::paths;

/// What stands for the realm's issuer.
const ISSUER: &str = "{issuer}";

/// The addresses of one realm.
pub struct Addresses<'a> {
    issuer: &'a str,
    /// Addresses that begin with this are other realms', even where the issuer begins them too.
    others: Option<String>,
}

impl<'a> Addresses<'a> {
    /// `base` is the issuer of the default realm.
    pub fn new(issuer: &'a str, base: &str) -> Self {
        Self {
            issuer,
            others: (issuer == base).then(|| format!("{base}{}", paths::REALMS)),
        }
    }

    /// Every `http://localhost:8080/x` in a value becomes `{issuer}/x`.
    pub fn generalize(&self, value: &mut Value) {
        change_texts(value, &|text| {
            let rest = text.strip_prefix(self.issuer)?;
            let others = self.others.as_ref().is_some_and(|others| text.starts_with(others));
            (!others && (rest.is_empty() || rest.starts_with('/'))).then(|| format!("{ISSUER}{rest}"))
        });
    }

    /// Every `{issuer}/x` in a value becomes `http://localhost:8080/x`.
    pub fn resolve(&self, value: &mut Value) {
        change_texts(value, &|text| {
            let rest = text.strip_prefix(ISSUER)?;
            (rest.is_empty() || rest.starts_with('/')).then(|| format!("{}{rest}", self.issuer))
        });
    }
}

/// Every text in a value, changed where there is something to change.
fn change_texts(value: &mut Value, change: &impl Fn(&str) -> Option<String>) {
    match value {
        Value::String(text) => {
            if let Some(changed) = change(text) {
                *text = changed;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| change_texts(item, change)),
        Value::Object(members) => members.values_mut().for_each(|member| change_texts(member, change)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
