//! `prompt` (OIDC Core §3.1.2.1).

use std::fmt;

use serde::{Deserialize, Serialize};

/// Which pages the client requires or forbids.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prompt {
    /// Show nothing: answer at once or with an error.
    pub none: bool,
    pub login: bool,
    pub consent: bool,
    pub select_account: bool,
}

impl Prompt {
    /// The values, as discovery advertises them.
    pub const VALUES: [&'static str; 4] = ["none", "login", "consent", "select_account"];

    /// Reads space-separated values.
    ///
    /// # Errors
    /// What is wrong: a value that is unknown, or `none` together with another.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut prompt = Self::default();
        for value in text.split(' ').filter(|value| !value.is_empty()) {
            match value {
                "none" => prompt.none = true,
                "login" => prompt.login = true,
                "consent" => prompt.consent = true,
                "select_account" => prompt.select_account = true,
                unknown => return Err(format!("prompt has the unknown value '{unknown}'")),
            }
        }
        if prompt.none && (prompt.login || prompt.consent || prompt.select_account) {
            return Err("prompt=none cannot be combined with other values".to_owned());
        }
        Ok(prompt)
    }

    /// Whether the user must sign in or choose an account although there is a session.
    pub fn wants_sign_in(self) -> bool {
        self.login || self.select_account
    }
}

/// The values, separated by spaces.
impl fmt::Display for Prompt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let set = [self.none, self.login, self.consent, self.select_account];
        let values = Self::VALUES.iter().zip(set).filter(|(_, set)| *set);
        let values: Vec<_> = values.map(|(value, _)| *value).collect();
        f.write_str(&values.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn none_goes_with_no_other_value() {
        assert!(Prompt::parse("none login").is_err());
        assert!(Prompt::parse("none").is_ok_and(|prompt| prompt.none));
    }

    #[test]
    fn values_may_be_combined_and_unknown_ones_are_refused() {
        let prompt = Prompt::parse("login consent").expect("both are known");
        assert!(prompt.login && prompt.consent && !prompt.select_account);

        assert!(Prompt::parse("create").is_err());
        assert!(Prompt::parse("Login").is_err());
    }
}
