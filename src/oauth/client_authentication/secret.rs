//! `client_secret_basic` and `client_secret_post` (RFC 6749 §2.3.1).

use std::net::IpAddr;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderMap, header::AUTHORIZATION};

use crate::{
    app::{App, Realm},
    clock::monotonic,
    model::{Client, Secret, StoredSecret, refuse_when},
    oauth::error::{OAuthError, invalid_client, invalid_request},
    passwords::SecretCheck,
    random::digest,
    web::parameters,
};

/// Client id and secret of `Authorization: Basic`, if there is such a header.
///
/// Both are form-encoded before they are joined by a colon (RFC 6749 §2.3.1). Many clients forget that, which makes no
/// difference without special characters.
///
/// # Errors
/// `invalid_client` if the header is invalid, `invalid_request` if there are two.
pub fn basic(headers: &HeaderMap) -> Result<Option<(String, Secret)>, OAuthError> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    refuse_when(values.next().is_some(), || {
        invalid_request("there is more than one Authorization header").kind("client.twice")
    })?;
    let unreadable = |why: &str| {
        invalid_client(format!("the Authorization header {why}"))
            .kind("client.basic_unreadable")
            .see("RFC 6749 §2.3.1")
    };
    let value = value.to_str().map_err(|_| unreadable("is not ASCII"))?;
    let (scheme, encoded) = value.split_once(' ').unwrap_or((value, ""));
    refuse_when(!scheme.eq_ignore_ascii_case("Basic"), || {
        unreadable("does not use the Basic scheme")
    })?;
    let decoded = STANDARD
        .decode(encoded.trim())
        .map_err(|_| unreadable("is not base64"))?;
    let colon = decoded
        .iter()
        .position(|byte| *byte == b':')
        .ok_or_else(|| unreadable("has no colon"))?;
    let (id, secret) = decoded.split_at(colon);
    let form_decoded = |text: &[u8]| {
        let not_encoded = |_| unreadable("has a client id or secret that is not form-encoded");
        parameters::decode(text).map_err(not_encoded)
    };
    let (id, secret) = (form_decoded(id)?, form_decoded(secret.get(1..).unwrap_or_default())?);
    refuse_when(id.is_empty(), || unreadable("has an empty client id"))?;
    refuse_when(id.contains('\0') || secret.contains('\0'), || {
        unreadable("contains U+0000")
    })?;
    Ok(Some((id, Secret::new(secret))))
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

    fn read(user_and_password: &str) -> Option<(String, String)> {
        let read = basic(&header(user_and_password)).ok().flatten();
        read.map(|(id, secret)| (id, secret.reveal().to_owned()))
    }

    #[test]
    fn id_and_secret_are_form_decoded_after_they_are_parted() {
        assert_eq!(read("a%3Ab:p%20w+%25"), Some(("a:b".to_owned(), "p w %".to_owned())));
        assert_eq!(read("a:b:c"), Some(("a".to_owned(), "b:c".to_owned())));
    }

    #[test]
    fn what_cannot_be_read_is_refused_and_not_guessed() {
        for wrong in ["nocolon", ":secret", "a:100%", "a:%ff", "a%00:b"] {
            assert!(basic(&header(wrong)).is_err(), "{wrong}");
        }
    }
}
