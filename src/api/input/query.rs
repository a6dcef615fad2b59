//! The query of a request as names and texts.

use super::error::{InputError, Part};
use crate::{api::operation::Parameter, web::parameters::read_form};

/// A query whose names mean what they say: brackets in them mean nothing.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Query(Vec<(String, String)>);

impl Query {
    /// Reads a query.
    ///
    /// # Errors
    /// When it is damaged, says something twice or holds U+0000.
    pub fn read(query: Option<&str>) -> Result<Self, InputError> {
        let pairs = read_form(query.unwrap_or_default().as_bytes());
        let pairs = pairs.map_err(|error| InputError::unreadable(Part::Query, error))?;
        for (place, (name, value)) in pairs.iter().enumerate() {
            if name.contains('\0') || value.contains('\0') {
                return Err(InputError::zero(name.replace('\0', "?")));
            }
            if pairs[..place].iter().any(|(earlier, _)| earlier == name) {
                return Err(InputError::twice(name.clone()));
            }
        }
        Ok(Self(pairs))
    }

    /// The first parameter whose name is not documented.
    pub fn unknown(&self, documented: &[Parameter]) -> Option<&str> {
        let mut names = self.0.iter().map(|(name, _)| name.as_str());
        names.find(|name| documented.iter().all(|parameter| parameter.name != *name))
    }

    /// What a parameter says, empty or not.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(own, _)| own == name);
        found.map(|(_, value)| value.as_str())
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}
