//! What happens to a user, whatever client they meet: failure by signing in as somebody, without a lever to pull.
//!
//! A behaviour is a property of a user like any other. It is declared here and obeyed where the rule it bends is made:
//!
//! | rule | where |
//! | --- | --- |
//! | who may sign in, and how long it takes | `login::sign_in`, `oauth::automatic_sign_in` |
//! | since when, and for how long, they are signed in | `sessions` |
//! | what the client is answered, and what is granted | `oauth::flow`, `oauth::authorize` |
//! | what comes of it later | `app::personas` |

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Scopes, User};

/// What happens to a user.
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

/// Why somebody cannot sign in, though they are who they say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Barred {
    Locked,
    PasswordExpired,
}

/// Something that comes of an answer by itself, after a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aftermath {
    /// The consent is withdrawn and what was granted with it.
    ConsentRevoked,
    /// The account is locked: sessions end, grants are revoked, nobody signs in any more.
    AccountLocked,
}

/// How long a sign-in that is slow takes, by the machine's clock.
const SLOW: Duration = Duration::from_secs(3);
/// How long a session lasts that ends soon.
const SOON: SignedDuration = SignedDuration::from_secs(60);
/// How long ago somebody signed in who signed in long ago.
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

    /// As seeds and the control API write it.
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

    /// What happens, in a sentence for the picker and the control API.
    pub fn summary(self) -> &'static str {
        match self {
            Self::DeniesConsent => "Says no without being asked: the client gets access_denied",
            Self::GrantsFewerScopes => "Allows all scopes but the last one that was asked for",
            Self::TemporarilyUnavailable => "Signs in, and the client gets temporarily_unavailable",
            Self::AccountLocked => "Cannot sign in: the account is locked, by picker and by password",
            Self::PasswordExpired => "Cannot sign in: the password has expired and must be changed first",
            Self::SlowSignIn => "Needs three seconds to sign in",
            Self::SignedInLongAgo => "Is signed in, but has been for an hour: auth_time says so",
            Self::SessionEndsSoon => "Is signed in for 60 seconds only, by the realm's clock",
            Self::TokenRevokedAfterFirstUse => "Has access tokens that are good for one request each",
            Self::ConsentRevokedTomorrow => "Withdraws the consent 24 hours later: all tokens die then",
            Self::AccountLockedInAnHour => "Is locked out an hour later: sessions and tokens end then",
        }
    }

    /// What a good client does about it.
    pub fn advice(self) -> &'static str {
        match self {
            Self::DeniesConsent => {
                "Goes back to where the person came from, says that they were not connected, and does not send them round again \
                 by itself."
            }
            Self::GrantsFewerScopes => {
                "Reads `scope` in the token response, goes by that and not by what it asked for, and leaves out or explains what it \
                 cannot do."
            }
            Self::TemporarilyUnavailable => {
                "Says that it is not the person's fault, keeps what they have entered, and offers to try again after a while."
            }
            Self::AccountLocked | Self::PasswordExpired => {
                "Expects that people do not come back from the sign-in page: nothing is reserved or left half-done meanwhile, and the \
                 start page still works."
            }
            Self::SlowSignIn => {
                "Shows no error of its own while people are away signing in, and keeps state and nonce for ten minutes at least."
            }
            Self::SignedInLongAgo => {
                "Compares auth_time with the max_age it asked for, and asks again with prompt=login before anything delicate."
            }
            Self::SessionEndsSoon => {
                "Takes login_required for an answer to prompt=none and then shows its own sign-in button, instead of going round in \
                 circles."
            }
            Self::TokenRevokedAfterFirstUse => {
                "On 401 invalid_token refreshes once, repeats the request once, and then asks for a new sign-in."
            }
            Self::ConsentRevokedTomorrow | Self::AccountLockedInAnHour => {
                "On invalid_grant at a refresh throws its tokens away, stops background work for this person, and asks them to connect \
                 again."
            }
        }
    }
}

impl User {
    fn behaves(&self, behaviour: Behaviour) -> bool {
        self.behaviour == Some(behaviour)
    }

    /// Whether they say no before anybody asks.
    pub fn denies_consent(&self) -> bool {
        self.behaves(Behaviour::DeniesConsent)
    }

    /// Whether nothing can be answered for them at the moment.
    pub fn unavailable(&self) -> bool {
        self.behaves(Behaviour::TemporarilyUnavailable)
    }

    /// Whether their access tokens are good for one request only.
    pub fn uses_tokens_once(&self) -> bool {
        self.behaves(Behaviour::TokenRevokedAfterFirstUse)
    }

    /// Why they cannot sign in.
    pub fn barred(&self) -> Option<Barred> {
        match self.behaviour? {
            Behaviour::AccountLocked => Some(Barred::Locked),
            Behaviour::PasswordExpired => Some(Barred::PasswordExpired),
            _ => None,
        }
    }

    /// How long they take to sign in, by the machine's clock.
    pub fn hesitation(&self) -> Duration {
        if self.behaves(Behaviour::SlowSignIn) {
            SLOW
        } else {
            Duration::ZERO
        }
    }

    /// Since when they are signed in, if they sign in now.
    pub fn signed_in_since(&self, now: Timestamp) -> Timestamp {
        if self.behaves(Behaviour::SignedInLongAgo) {
            now.saturating_sub(LONG_AGO).unwrap_or(now)
        } else {
            now
        }
    }

    /// How long they stay signed in, where others do for `usual`.
    pub fn stays_signed_in(&self, usual: SignedDuration) -> SignedDuration {
        if self.behaves(Behaviour::SessionEndsSoon) {
            usual.min(SOON)
        } else {
            usual
        }
    }

    /// What they grant of what is asked. One scope alone is granted by everybody, and so is `openid`.
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

    /// What comes of an answer to a client, and after how long.
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
