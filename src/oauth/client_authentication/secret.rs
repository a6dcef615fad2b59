//! `client_secret_basic` and `client_secret_post` (RFC 6749 §2.3.1).

use std::net::IpAddr;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderValue, header::AUTHORIZATION};

use crate::{
    app::{App, Realm},
    clock::monotonic,
    model::{BasicEncoding, Client, ClientId, Secret, StoredSecret, refuse_when},
    oauth::error::{OAuthError, invalid_client, invalid_request},
    passwords::SecretCheck,
    random::digest,
    web::parameters,
};

/// `Authorization: Basic`, taken apart at the colon. Neither part is decoded yet.
#[derive(Debug)]
pub struct Basic {
    id: Vec<u8>,
    secret: Vec<u8>,
}

impl Basic {
    /// The header, if there is one.
    ///
    /// # Errors
    /// `invalid_client` if the header is invalid or of another scheme, `invalid_request` if there are two.
    pub fn of(headers: &HeaderMap) -> Result<Option<Self>, OAuthError> {
        let mut values = headers.get_all(AUTHORIZATION).iter();
        let Some(value) = values.next() else {
            return Ok(None);
        };
        refuse_when(values.next().is_some(), || {
            invalid_request("there is more than one Authorization header").kind("client.twice")
        })?;
        let value = value.to_str().map_err(|_| unreadable("is not ASCII"))?;
        let (scheme, encoded) = value.split_once(' ').unwrap_or((value, ""));
        refuse_when(scheme.eq_ignore_ascii_case("Bearer"), stray_bearer)?;
        refuse_when(!scheme.eq_ignore_ascii_case("Basic"), || {
            unreadable("does not use the Basic scheme")
        })?;
        let mut id = STANDARD
            .decode(encoded.trim())
            .map_err(|_| unreadable("is not base64"))?;
        let colon = id
            .iter()
            .position(|byte| *byte == b':')
            .ok_or_else(|| unreadable("has no colon"))?;
        let secret = id.split_off(colon + 1);
        id.truncate(colon);
        Ok(Some(Self { id, secret }))
    }

    /// Client id and secret in this encoding.
    ///
    /// # Errors
    /// `invalid_client` where they are not encoded so.
    pub fn decode(&self, encoding: BasicEncoding) -> Result<(ClientId, Secret), OAuthError> {
        let part = |text: &[u8]| match encoding {
            BasicEncoding::FormEncoded => {
                parameters::decode(text).map_err(|_| unreadable("has a client id or secret that is not form-encoded"))
            }
            BasicEncoding::Plain => String::from_utf8(text.to_owned()).map_err(|_| unreadable("is not UTF-8")),
        };
        let (id, secret) = (part(&self.id)?, part(&self.secret)?);
        refuse_when(id.is_empty(), || unreadable("has an empty client id"))?;
        refuse_when(id.contains('\0') || secret.contains('\0'), || {
            unreadable("contains U+0000")
        })?;
        Ok((ClientId(id), Secret::new(secret)))
    }
}

fn unreadable(why: &str) -> OAuthError {
    invalid_client(format!("the Authorization header {why}"))
        .kind("client.basic_unreadable")
        .see("RFC 6749 §2.3.1")
}

fn stray_bearer() -> OAuthError {
    invalid_client(
        "the request has Authorization: Bearer, which does not authenticate a client; use Authorization: Basic, or \
         client_id and client_secret in the body without an Authorization header",
    )
    .kind("client.stray_bearer")
    .see("RFC 6749 §2.3.1")
}

/// Whether the request carries `Authorization: Bearer`.
pub fn has_bearer(headers: &HeaderMap) -> bool {
    let value = headers.get(AUTHORIZATION).map(HeaderValue::as_bytes);
    value
        .and_then(|value| value.get(..7))
        .is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"Bearer "))
}

/// Whether this is the client's secret.
pub async fn verify(
    app: &App,
    realm: &Realm,
    client: &Client,
    presented: &Secret,
    from: Option<IpAddr>,
) -> Result<bool, OAuthError> {
    match &client.secret {
        None => Ok(false),
        Some(StoredSecret::Digest(stored)) => {
            let computed = digest(presented.reveal());
            Ok(verify_slices_are_equal(computed.as_bytes(), stored.as_bytes()).is_ok())
        }
        Some(StoredSecret::Phc(stored)) => {
            let client = (realm.id, client.id.0.as_str());
            let check = app
                .passwords
                .check_client_secret(client, from, presented.reveal(), stored, monotonic());
            match check.await? {
                SecretCheck::Fits => Ok(true),
                SecretCheck::Wrong => Ok(false),
                SecretCheck::TooOften { wait } => {
                    let wait = wait.as_secs().max(1);
                    let why = format!("too many wrong secrets for this client; try again in {wait} s");
                    Err(invalid_client(why).kind("client.throttled").too_many_requests(wait))
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn header(user_and_password: &str) -> HeaderMap {
        let value = format!("Basic {}", STANDARD.encode(user_and_password));
        HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_str(&value).expect("ASCII"))])
    }

    fn read(user_and_password: &str, encoding: BasicEncoding) -> Option<(String, String)> {
        let read = Basic::of(&header(user_and_password)).ok()??.decode(encoding).ok()?;
        Some((read.0.0, read.1.reveal().to_owned()))
    }

    fn pair(id: &str, secret: &str) -> Option<(String, String)> {
        Some((id.to_owned(), secret.to_owned()))
    }

    #[test]
    fn id_and_secret_are_form_decoded_after_they_are_parted() {
        let read = |text: &str| read(text, BasicEncoding::FormEncoded);

        assert_eq!(read("a%3Ab:p%20w+%25"), pair("a:b", "p w %"));
        assert_eq!(read("a:b:c"), pair("a", "b:c"));
    }

    #[test]
    fn plain_they_are_taken_as_they_are() {
        let read = |text: &str| read(text, BasicEncoding::Plain);

        assert_eq!(read("a_b-c:x-y_z+1"), pair("a_b-c", "x-y_z+1"));
        assert_eq!(read("a:100%:"), pair("a", "100%:"));
    }

    #[test]
    fn what_cannot_be_read_is_refused_and_not_guessed() {
        for wrong in ["nocolon", ":secret", "a:100%", "a:%ff", "a%00:b"] {
            assert_eq!(read(wrong, BasicEncoding::FormEncoded), None, "{wrong}");
        }
        for wrong in ["nocolon", ":secret", "a\0:b"] {
            assert_eq!(read(wrong, BasicEncoding::Plain), None, "{wrong}");
        }
    }
}
