//! What the scripted behaviour of a user changes, and when.
//!
//! [`effect`] says of each behaviour what it changes; the methods of [`User`] say it of a user. It is applied where the rule is:
//!
//! | rule | where |
//! | --- | --- |
//! | who may sign in, and how long it takes | `login::sign_in`, `oauth::automatic_sign_in` |
//! | since when, and for how long, they are signed in | `sessions` |
//! | what the client is answered, and what is granted | `oauth::flow`, `oauth::authorization_answer` |
//! | what happens later | `app::behaviour_effects` |

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{Behaviour, Scopes, User};

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

/// What a behaviour changes, by the moment it shows.
enum Effect {
    /// Nobody signs in.
    Barred(Barred),
    /// Signing in takes so long, by the machine's clock.
    SignInDelay(Duration),
    /// The sign-in was so long ago.
    SignedInEarlier(SignedDuration),
    /// The session lasts no longer.
    SessionEndsAfter(SignedDuration),
    /// The consent is denied without showing the page.
    DeniesConsent,
    /// The last of several requested scopes is not granted.
    GrantsFewerScopes,
    /// The client gets `temporarily_unavailable`.
    Unavailable,
    /// Each access token is accepted for one request only.
    TokensForOneUse,
    /// Something happens so much later than a client was answered.
    Later(Aftermath, SignedDuration),
}

fn effect(behaviour: Behaviour) -> Effect {
    match behaviour {
        Behaviour::AccountLocked => Effect::Barred(Barred::Locked),
        Behaviour::PasswordExpired => Effect::Barred(Barred::PasswordExpired),
        Behaviour::SlowSignIn => Effect::SignInDelay(SLOW),
        Behaviour::SignedInLongAgo => Effect::SignedInEarlier(LONG_AGO),
        Behaviour::SessionEndsSoon => Effect::SessionEndsAfter(SOON),
        Behaviour::DeniesConsent => Effect::DeniesConsent,
        Behaviour::GrantsFewerScopes => Effect::GrantsFewerScopes,
        Behaviour::TemporarilyUnavailable => Effect::Unavailable,
        Behaviour::TokenRevokedAfterFirstUse => Effect::TokensForOneUse,
        Behaviour::ConsentRevokedTomorrow => Effect::Later(Aftermath::ConsentRevoked, SignedDuration::from_hours(24)),
        Behaviour::AccountLockedInAnHour => Effect::Later(Aftermath::AccountLocked, SignedDuration::from_hours(1)),
    }
}

impl User {
    fn effect(&self) -> Option<Effect> {
        self.behaviour.map(effect)
    }

    /// Whether the consent is denied without showing the page.
    pub fn denies_consent(&self) -> bool {
        matches!(self.effect(), Some(Effect::DeniesConsent))
    }

    /// Whether clients get `temporarily_unavailable` for this user.
    pub fn unavailable(&self) -> bool {
        matches!(self.effect(), Some(Effect::Unavailable))
    }

    /// Whether each access token is accepted for one request only.
    pub fn uses_tokens_once(&self) -> bool {
        matches!(self.effect(), Some(Effect::TokensForOneUse))
    }

    /// Why the user cannot sign in, if so.
    pub fn barred(&self) -> Option<Barred> {
        match self.effect()? {
            Effect::Barred(why) => Some(why),
            _ => None,
        }
    }

    /// How long signing in takes, by the machine's clock.
    pub fn sign_in_delay(&self) -> Duration {
        match self.effect() {
            Some(Effect::SignInDelay(time)) => time,
            _ => Duration::ZERO,
        }
    }

    /// The `auth_time` of a sign-in at `now`.
    pub fn signed_in_since(&self, now: Timestamp) -> Timestamp {
        match self.effect() {
            Some(Effect::SignedInEarlier(age)) => now.saturating_sub(age).unwrap_or(now),
            _ => now,
        }
    }

    /// The lifetime of a session that usually lives for `usual`.
    pub fn stays_signed_in(&self, usual: SignedDuration) -> SignedDuration {
        match self.effect() {
            Some(Effect::SessionEndsAfter(most)) => usual.min(most),
            _ => usual,
        }
    }

    /// The granted ones of the requested scopes. A single scope is always granted, and so is `openid`.
    pub fn granted(&self, asked: &Scopes) -> Scopes {
        if !matches!(self.effect(), Some(Effect::GrantsFewerScopes)) {
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
        match self.effect()? {
            Effect::Later(aftermath, after) => Some((aftermath, after)),
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
