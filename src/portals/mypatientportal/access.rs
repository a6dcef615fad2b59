//! Who may call: the scopes of a call.

use crate::model::Scopes;

/// Who may call.
#[derive(Clone, Copy, Debug)]
pub struct Access {
    /// The row of the documentation that lists these scopes.
    pub row: u8,
    /// The scopes of a user's token; all of them are required.
    pub scopes: &'static [&'static str],
    pub guests: Guests,
}

/// What a client without a user needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guests {
    /// The call is about a user: a client without a user is refused.
    Refused,
    /// One of these scopes is enough.
    With(&'static [&'static str]),
}

/// Why a token is not enough: the required scopes, as the documentation lists them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopesMissing {
    pub required: String,
    /// The call is about a user and the token belongs to none: no scope would help.
    pub user_missing: bool,
}

impl Access {
    /// Users only.
    pub const fn users(row: u8, scopes: &'static [&'static str]) -> Self {
        Self {
            row,
            scopes,
            guests: Guests::Refused,
        }
    }

    /// Clients without a user too, with one of these scopes.
    pub const fn or_guests(mut self, scopes: &'static [&'static str]) -> Self {
        self.guests = Guests::With(scopes);
        self
    }

    /// Whether a token of these scopes is enough. `has_user` is false for a client's own token.
    ///
    /// # Errors
    /// The scopes the documentation lists for the call. A client on its own is refused where a user is
    /// needed, whatever its scopes.
    pub fn check(&self, scopes: &Scopes, has_user: bool) -> Result<(), ScopesMissing> {
        let documented = self.scopes.iter().all(|scope| scopes.contains(scope));
        let open = match (has_user, self.guests) {
            (true, _) => documented,
            (false, Guests::Refused) => false,
            (false, Guests::With(any)) => any.iter().any(|scope| scopes.contains(scope)),
        };
        if open {
            return Ok(());
        }
        let required = match (has_user, self.guests) {
            (false, Guests::With(any)) => any.join(" or "),
            _ => self.scopes.join(" "),
        };
        let user_missing = !has_user && self.guests == Guests::Refused;
        Err(ScopesMissing { required, user_missing })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCESS: Access = Access::users(4, &["profile_read", "appointment_read"]);

    fn scopes(text: &str) -> Scopes {
        text.parse().expect("a test's scopes")
    }

    #[test]
    fn a_user_needs_all_scopes_of_a_row() {
        assert_eq!(
            ACCESS.check(&scopes("openid appointment_read profile_read"), true),
            Ok(())
        );
        for too_little in ["", "profile_read", "appointment_read", "profile_read appointment_write"] {
            let refused = ACCESS.check(&scopes(too_little), true);
            assert_eq!(
                refused,
                Err(ScopesMissing {
                    required: "profile_read appointment_read".to_owned(),
                    user_missing: false,
                })
            );
        }
    }
}
