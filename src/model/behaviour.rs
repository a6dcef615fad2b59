//! Scripted behaviour of users: whichever client such a user signs in to, the same thing goes wrong. It needs no armed
//! fault.
//!
//! A behaviour is a property of a user. It is declared here and applied where the rule is that it changes:
//!
//! | rule | where |
//! | --- | --- |
//! | who may sign in, and how long it takes | `login::sign_in`, `oauth::automatic_sign_in` |
//! | since when, and for how long, they are signed in | `sessions` |
//! | what the client is answered, and what is granted | `oauth::flow`, `oauth::authorization_answer` |
//! | what happens later | `app::behaviour_effects` |

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Scopes, User};

/// A scripted behaviour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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

/// Why a user cannot sign in, although the password is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Barred {
    Locked,
    PasswordExpired,
}

/// What happens some time after a client was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aftermath {
    /// The consent is withdrawn and its grants are revoked.
    ConsentRevoked,
    /// The account is locked: its sessions end, its grants are revoked, and it cannot sign in.
    AccountLocked,
}

/// How long a slow sign-in takes, by the machine's clock.
const SLOW: Duration = Duration::from_secs(3);
/// How long a short session lasts.
const SOON: SignedDuration = SignedDuration::from_secs(60);
/// The age of an old sign-in.
const LONG_AGO: SignedDuration = SignedDuration::from_hours(1);

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

impl User {
    fn behaves(&self, behaviour: Behaviour) -> bool {
        self.behaviour == Some(behaviour)
    }

    /// Whether the consent is denied without showing the page.
    pub fn denies_consent(&self) -> bool {
        self.behaves(Behaviour::DeniesConsent)
    }

    /// Whether clients get `temporarily_unavailable` for this user.
    pub fn unavailable(&self) -> bool {
        self.behaves(Behaviour::TemporarilyUnavailable)
    }

    /// Whether each access token is accepted for one request only.
    pub fn uses_tokens_once(&self) -> bool {
        self.behaves(Behaviour::TokenRevokedAfterFirstUse)
    }

    /// Why the user cannot sign in, if so.
    pub fn barred(&self) -> Option<Barred> {
        match self.behaviour? {
            Behaviour::AccountLocked => Some(Barred::Locked),
            Behaviour::PasswordExpired => Some(Barred::PasswordExpired),
            _ => None,
        }
    }

    /// How long signing in takes, by the machine's clock.
    pub fn sign_in_delay(&self) -> Duration {
        if self.behaves(Behaviour::SlowSignIn) {
            SLOW
        } else {
            Duration::ZERO
        }
    }

    /// The `auth_time` of a sign-in at `now`.
    pub fn signed_in_since(&self, now: Timestamp) -> Timestamp {
        if self.behaves(Behaviour::SignedInLongAgo) {
            now.saturating_sub(LONG_AGO).unwrap_or(now)
        } else {
            now
        }
    }

    /// The lifetime of a session that usually lives for `usual`.
    pub fn stays_signed_in(&self, usual: SignedDuration) -> SignedDuration {
        if self.behaves(Behaviour::SessionEndsSoon) {
            usual.min(SOON)
        } else {
            usual
        }
    }

    /// The granted ones of the requested scopes. A single scope is always granted, and so is `openid`.
    pub fn granted(&self, asked: &Scopes) -> Scopes {
        if !self.behaves(Behaviour::GrantsFewerScopes) {
            return asked.clone();
        }
        let last = asked.iter().filter(|scope| *scope != "openid").last();
        match last.and_then(|last| last.parse().ok()) {
            Some(last) if asked.iter().count() > 1 => asked.without(&last),
            _ => asked.clone(),
        }
    }

    /// What happens after a client was answered, and how much later.
    pub fn aftermath(&self) -> Option<(Aftermath, SignedDuration)> {
        match self.behaviour? {
            Behaviour::ConsentRevokedTomorrow => Some((Aftermath::ConsentRevoked, SignedDuration::from_hours(24))),
            Behaviour::AccountLockedInAnHour => Some((Aftermath::AccountLocked, SignedDuration::from_hours(1))),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Claims, UserId};

    fn user(behaviour: Behaviour) -> User {
        User {
            id: UserId("1".to_owned()),
            username: "somebody".to_owned(),
            password: None,
            persona: None,
            behaviour: Some(behaviour),
            claims: Claims::new(),
        }
    }

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

    #[test]
    fn who_grants_fewer_scopes_leaves_out_the_last_but_never_the_only_one_nor_openid() {
        let less = user(Behaviour::GrantsFewerScopes);
        for (asked, granted) in [
            ("openid profile email", "openid profile"),
            ("profile email openid", "profile openid"),
            ("openid email", "openid"),
            ("openid", "openid"),
            ("email", "email"),
        ] {
            assert_eq!(less.granted(&asked.parse().unwrap()).to_string(), granted, "{asked}");
        }
        let all: Scopes = "openid profile".parse().unwrap();
        assert_eq!(user(Behaviour::SlowSignIn).granted(&all), all);
    }

    #[test]
    fn a_session_that_ends_soon_is_never_longer_than_others() {
        let soon = user(Behaviour::SessionEndsSoon);

        assert_eq!(soon.stays_signed_in(SignedDuration::from_hours(8)), SOON);
        let shorter = SignedDuration::from_secs(5);
        assert_eq!(soon.stays_signed_in(shorter), shorter);
    }
}
