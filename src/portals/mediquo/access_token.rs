//! The access tokens of the widget: HS256 JWTs for one patient of one organization, valid for 24 hours.
//!
//! HS256 is documented, the claims are inferred. Each organization has a signing key of its own, derived from the
//! secret of the realm, so a token is not valid in another realm or organization. Only revoked tokens are stored.

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    model::Organization,
    store::organizations::{self, token_is_revoked},
};
use crate::{app::Realm, store::Conn, tokens::after};

/// Documented: 24 hours.
const LIFE_SECONDS: u32 = 24 * 60 * 60;

/// `{"typ":"JWT","alg":"HS256"}`: the only header that is written, and the only one that is accepted.
const HEADER: &str = r#"{"typ":"JWT","alg":"HS256"}"#;

/// The claims of a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessToken {
    /// The patient's code.
    pub sub: String,
    /// The organization's id.
    pub org: String,
    pub iat: i64,
    pub exp: i64,
    pub jti: String,
}

/// Why a token is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenError {
    Invalid,
    Expired,
    LoggedOut,
}

impl TokenError {
    pub fn why(self) -> &'static str {
        match self {
            Self::Invalid => "the access token was not issued by this realm",
            Self::Expired => "the access token has expired",
            Self::LoggedOut => "the access token was revoked by a logout",
        }
    }
}

/// A new token for a patient.
pub fn issue(realm: &Realm, organization: &str, patient: &str, now: Timestamp) -> String {
    let claims = AccessToken {
        sub: patient.to_owned(),
        org: organization.to_owned(),
        iat: now.as_second(),
        exp: after(now, LIFE_SECONDS).as_second(),
        jti: realm.random.id(now),
    };
    let claims = serde_json::to_vec(&claims).expect("texts and numbers are JSON");
    let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(HEADER), URL_SAFE_NO_PAD.encode(claims));
    let signature = hmac::sign(&key(realm, organization), signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// The claims and the organization of a token that is valid at `now`.
///
/// # Errors
/// When the database fails. The inner error says why the token is refused.
pub async fn verify(
    conn: &mut Conn,
    realm: &Realm,
    token: &str,
    now: Timestamp,
) -> crate::store::Result<Result<(Organization, AccessToken), TokenError>> {
    let Some(claims) = read(token, |organization| key(realm, organization)) else {
        return Ok(Err(TokenError::Invalid));
    };
    if now.as_second() >= claims.exp {
        return Ok(Err(TokenError::Expired));
    }
    if token_is_revoked(conn, realm.id, &claims.jti).await? {
        return Ok(Err(TokenError::LoggedOut));
    }
    let organization = organizations::find(conn, realm.id, &claims.org).await?;
    Ok(organization
        .map(|organization| (organization, claims))
        .ok_or(TokenError::Invalid))
}

/// The claims, if they are signed with the key of the organization that they name.
fn read(token: &str, key: impl Fn(&str) -> hmac::Key) -> Option<AccessToken> {
    let (signed, signature) = token.rsplit_once('.')?;
    let (header, claims) = signed.split_once('.')?;
    if URL_SAFE_NO_PAD.decode(header).ok()? != HEADER.as_bytes() {
        return None;
    }
    let claims: AccessToken = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()?;
    let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
    hmac::verify(&key(&claims.org), signed.as_bytes(), &signature).ok()?;
    Some(claims)
}

fn key(realm: &Realm, organization: &str) -> hmac::Key {
    let key = realm.derive_key(&format!("mediquo access tokens of {organization}"));
    hmac::Key::new(hmac::HMAC_SHA256, &key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(organization: &str) -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, organization.as_bytes())
    }

    fn signed(header: &str, claims: &str, key: &hmac::Key) -> String {
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let signature = hmac::sign(key, signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    const CLAIMS: &str = r#"{"sub":"jane-1","org":"one","iat":1,"exp":2,"jti":"x"}"#;

    #[test]
    fn a_token_is_read_with_the_key_of_its_organization_only() {
        let token = signed(HEADER, CLAIMS, &key("one"));

        assert_eq!(read(&token, key).map(|claims| claims.sub), Some("jane-1".to_owned()));
        assert_eq!(read(&signed(HEADER, CLAIMS, &key("two")), key), None);
    }

    #[test]
    fn other_algorithms_and_damaged_tokens_are_not_read() {
        let good = signed(HEADER, CLAIMS, &key("one"));
        let none = format!(
            "{}.{}.",
            URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#),
            URL_SAFE_NO_PAD.encode(CLAIMS)
        );
        for wrong in [
            none.as_str(),
            &signed(r#"{"typ":"JWT","alg":"RS256"}"#, CLAIMS, &key("one")),
            &signed(HEADER, "{}", &key("one")),
            &good[..good.len() - 2],
            "",
            "a.b",
            "a.b.c",
        ] {
            assert_eq!(read(wrong, key), None, "{wrong}");
        }
    }
}
