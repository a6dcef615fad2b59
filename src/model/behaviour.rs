//! Scripted behaviour of users: whichever client such a user signs in to, the same thing goes wrong. It needs no armed
//! fault.
//!
//! A behaviour is a property of a user. Its names and texts stand here, what it changes in `user_behaviour.rs`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A scripted behaviour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Behaviour {
    DeniesConsent,
    GrantsFewerScopes,
    TemporarilyUnavailable,
    AccountLocked,
    PasswordExpired,
    SlowSignIn,
    SignedInLongAgo,
    SessionEndsSoon,
    TokenRevokedAfterFirstUse,
    ConsentRevokedTomorrow,
    AccountLockedInAnHour,
}

impl Behaviour {
    pub const ALL: [Self; 11] = [
        Self::DeniesConsent,
        Self::GrantsFewerScopes,
        Self::TemporarilyUnavailable,
        Self::AccountLocked,
        Self::PasswordExpired,
        Self::SlowSignIn,
        Self::SignedInLongAgo,
        Self::SessionEndsSoon,
        Self::TokenRevokedAfterFirstUse,
        Self::ConsentRevokedTomorrow,
        Self::AccountLockedInAnHour,
    ];

    /// The name in seeds and the control API.
    pub fn name(self) -> &'static str {
        match self {
            Self::DeniesConsent => "denies_consent",
            Self::GrantsFewerScopes => "grants_fewer_scopes",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
            Self::AccountLocked => "account_locked",
            Self::PasswordExpired => "password_expired",
            Self::SlowSignIn => "slow_sign_in",
            Self::SignedInLongAgo => "signed_in_long_ago",
            Self::SessionEndsSoon => "session_ends_soon",
            Self::TokenRevokedAfterFirstUse => "token_revoked_after_first_use",
            Self::ConsentRevokedTomorrow => "consent_revoked_tomorrow",
            Self::AccountLockedInAnHour => "account_locked_in_an_hour",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|behaviour| behaviour.name() == name)
    }

    /// What happens, in one sentence for the persona picker and the control API.
    pub fn summary(self) -> &'static str {
        match self {
            Self::DeniesConsent => "Denies the consent without seeing the page: the client gets access_denied",
            Self::GrantsFewerScopes => "Allows all requested scopes except the last one",
            Self::TemporarilyUnavailable => "Signs in, and the client gets temporarily_unavailable",
            Self::AccountLocked => "Cannot sign in: the account is locked",
            Self::PasswordExpired => "Cannot sign in: the password has expired and must be changed first",
            Self::SlowSignIn => "Signing in takes three seconds",
            Self::SignedInLongAgo => "Signed in one hour ago, as auth_time says",
            Self::SessionEndsSoon => "The session ends after 60 seconds of the realm's clock",
            Self::TokenRevokedAfterFirstUse => "Each access token is accepted for one request only",
            Self::ConsentRevokedTomorrow => "Withdraws the consent after 24 hours: all tokens are revoked",
            Self::AccountLockedInAnHour => "The account is locked after one hour: sessions end, tokens are revoked",
        }
    }

    /// What a well-behaved client does.
    pub fn advice(self) -> &'static str {
        match self {
            Self::DeniesConsent => {
                "Returns to the page the user came from, says that access was not granted, and does not start the \
                 sign-in again by itself."
            }
            Self::GrantsFewerScopes => {
                "Reads `scope` in the token response, relies on it rather than on the requested scopes, and hides or \
                 explains what it cannot do."
            }
            Self::TemporarilyUnavailable => {
                "Says that the user did nothing wrong, keeps what they have entered, and offers to try again later."
            }
            Self::AccountLocked | Self::PasswordExpired => {
                "Expects that users may not return from the sign-in page: nothing stays reserved or incomplete, and \
                 the start page still works."
            }
            Self::SlowSignIn => {
                "Shows no timeout error while the user is signing in, and keeps state and nonce for at least ten \
                 minutes."
            }
            Self::SignedInLongAgo => {
                "Compares auth_time with its max_age, and sends prompt=login before a sensitive action."
            }
            Self::SessionEndsSoon => {
                "Accepts login_required as an answer to prompt=none, and then shows a sign-in button instead of \
                 redirecting again and again."
            }
            Self::TokenRevokedAfterFirstUse => {
                "After 401 invalid_token refreshes once, repeats the request once, and then asks for a new sign-in."
            }
            Self::ConsentRevokedTomorrow | Self::AccountLockedInAnHour => {
                "After invalid_grant for a refresh token deletes its tokens, stops background work for this user, and \
                 asks them to sign in again."
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_behaviour_has_a_name_a_sentence_and_an_advice_of_its_own_kind() {
        for behaviour in Behaviour::ALL {
            assert_eq!(Behaviour::named(behaviour.name()), Some(behaviour));
            assert_eq!(serde_json::to_value(behaviour).unwrap(), behaviour.name());
            assert!(behaviour.summary().len() > 20 && !behaviour.summary().ends_with('.'));
            assert!(behaviour.advice().ends_with('.'), "{behaviour:?}");
        }
        assert_eq!(Behaviour::named("denies"), None);
    }
}
