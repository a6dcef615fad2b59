//! Webhooks about to be written, and their signatures.

use aws_lc_rs::hmac;

use crate::{
    fetch::{self, FetchError},
    keys::sealing::{Sealer, SealingError},
    model::{Pauses, ShownHeaders, UrlSource, WebhookHeader},
    store::tables::place as place_of,
};

/// What the secret headers of webhooks are bound to.
fn place() -> String {
    place_of("webhooks", "secret_headers")
}

/// A webhook about to be written.
#[derive(Clone, Debug)]
pub struct Webhook {
    /// What happened, in the words of the portal that tells it: `patient_consultation_created`.
    pub event: String,
    pub url: String,
    /// Who named the address.
    pub url_source: UrlSource,
    /// Besides `content-type: application/json`, which is sent unless one of these says another.
    pub headers: Vec<WebhookHeader>,
    /// Exactly what is sent; sign this.
    pub body: String,
    /// How long to wait, by the realm's clock, after the first, second, … failure: two pauses make three tries.
    pub pauses: Pauses,
}

impl Webhook {
    /// Whether it could be sent at all: what a seed or the control API names is checked before it is kept.
    pub fn check(&self) -> Result<(), FetchError> {
        fetch::check_address(&self.url)?;
        for header in &self.headers {
            let value = match header {
                WebhookHeader::Plain(_, value) => value,
                WebhookHeader::Secret(_, value) => value.reveal(),
            };
            fetch::header(header.name(), value)?;
        }
        Ok(())
    }
}

/// How a webhook proves where it comes from.
#[derive(Clone, Debug)]
pub enum Signature<'a> {
    /// A value agreed on once, the same for every request.
    Fixed(&'a str),
    /// HMAC-SHA-256 of the body (RFC 2104), in lower-case hexadecimal digits.
    HmacSha256(&'a [u8]),
}

impl Signature<'_> {
    /// The header that carries it. An agreed value is a secret; a signature is not.
    pub fn header(&self, name: &str, body: &str) -> WebhookHeader {
        match self {
            Self::Fixed(value) => WebhookHeader::secret(name, *value),
            Self::HmacSha256(key) => {
                let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), body.as_bytes());
                let digits = tag.as_ref().iter().map(|byte| format!("{byte:02x}"));
                WebhookHeader::plain(name, digits.collect::<String>())
            }
        }
    }
}

/// Takes the secrets out of headers: what may be read, and the rest sealed.
pub(super) fn seal(headers: &[WebhookHeader], sealer: &Sealer) -> Result<(ShownHeaders, Option<String>), SealingError> {
    let mut secrets = Vec::new();
    let mut shown = Vec::new();
    for header in headers {
        match header {
            WebhookHeader::Plain(name, value) => shown.push((name.clone(), Some(value.clone()))),
            WebhookHeader::Secret(name, value) => {
                shown.push((name.clone(), None));
                secrets.push(value.reveal());
            }
        }
    }
    if secrets.is_empty() {
        return Ok((ShownHeaders(shown), None));
    }
    let text = serde_json::json!(secrets).to_string();
    let sealed = sealer.seal(text.as_bytes(), place().as_bytes())?;
    Ok((ShownHeaders(shown), Some(sealed)))
}

/// Puts the secrets back: names and values as they are sent.
pub(super) fn open(
    shown: &ShownHeaders,
    sealed: Option<&str>,
    sealer: &Sealer,
) -> Result<Vec<(String, String)>, SealingError> {
    let secrets: Vec<String> = match sealed {
        None => Vec::new(),
        Some(sealed) => {
            let text = sealer.open(sealed, place().as_bytes())?;
            serde_json::from_slice(&text).map_err(|_| SealingError::Damaged)?
        }
    };
    let mut secrets = secrets.into_iter();
    let headers = shown.0.iter().map(|(name, value)| {
        let value = value.clone().or_else(|| secrets.next());
        Ok((name.clone(), value.ok_or(SealingError::Damaged)?))
    });
    headers.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn test_case_2_of_rfc_4231_matches() {
        let header = Signature::HmacSha256(b"Jefe").header("x-signature", "what do ya want for nothing?");

        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(header, WebhookHeader::plain("x-signature", expected));
    }

    #[test]
    fn an_agreed_value_is_a_secret() {
        let header = Signature::Fixed("agreed").header("x-signature", "{}");

        assert_eq!(header, WebhookHeader::secret("x-signature", "agreed"));
        assert!(!format!("{header:?}").contains("agreed"));
    }

    #[test]
    fn secrets_are_sealed_and_come_back_in_their_places() {
        let sealer = Sealer::ephemeral().unwrap();
        let headers = [
            WebhookHeader::secret("authorization", "Basic c2VjcmV0"),
            WebhookHeader::plain("x-event", "created"),
            WebhookHeader::secret("x-signature", "agreed"),
        ];

        let (shown, sealed) = seal(&headers, &sealer).unwrap();

        assert_eq!(shown.0[1], ("x-event".to_owned(), Some("created".to_owned())));
        assert!(shown.0[0].1.is_none() && shown.0[2].1.is_none());
        let sealed = sealed.unwrap();
        assert!(!sealed.contains("agreed"));
        let opened = open(&shown, Some(&sealed), &sealer).unwrap();
        let values: Vec<_> = opened.iter().map(|(_, value)| value.as_str()).collect();
        assert_eq!(values, ["Basic c2VjcmV0", "created", "agreed"]);
    }

    #[test]
    fn headers_whose_secrets_are_gone_are_not_sent_without_them() {
        let sealer = Sealer::ephemeral().unwrap();
        let (shown, sealed) = seal(&[WebhookHeader::secret("x-signature", "agreed")], &sealer).unwrap();

        assert_eq!(open(&shown, None, &sealer), Err(SealingError::Damaged));
        let other = Sealer::ephemeral().unwrap();
        assert!(open(&shown, sealed.as_deref(), &other).is_err());
    }
}
