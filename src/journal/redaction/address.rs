//! URLs and forms: parameters by their names, path segments by their looks.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use super::{
    ELLIPSIS, Redaction, jwt,
    names::{Care, Place},
};

/// Segments behind which a capability stands: whoever knows it gets in.
const BEFORE_A_CAPABILITY: &[&str] = &["video", "join", "invite", "invitations"];
/// Segments behind which a code stands that people type.
const BEFORE_A_TYPED_CODE: &[&str] = &["activation-codes", "activation_codes", "redeem"];
/// As long as 128 bits in hexadecimal: whatever looks random and is that long may open something.
const LOOKS_RANDOM_FROM: usize = 32;
/// The length of a UUID as it is usually written.
const HYPHENATED: usize = 36;

impl Redaction<'_> {
    /// An address, whole or relative: user information, path, query and fragment.
    pub fn address(&mut self, text: &str) -> String {
        let (rest, fragment) = parted(text, '#');
        let (base, query) = parted(rest, '?');
        let mut out = self.base(base);
        if let Some(query) = query {
            out.push('?');
            out.push_str(&self.form(query));
        }
        if let Some(fragment) = fragment {
            out.push('#');
            if fragment.contains('=') {
                out.push_str(&self.form(fragment));
            } else {
                out.push_str(&self.text("fragment", fragment));
            }
        }
        out
    }

    fn base(&mut self, base: &str) -> String {
        let Some(at) = base.find("://") else {
            return self.path(base);
        };
        let (scheme, rest) = base.split_at(at + 3);
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let authority = match authority.rsplit_once('@') {
            Some((user, host)) => {
                let name = user.split_once(':').map_or("", |(name, _)| name);
                format!("{name}:{ELLIPSIS}@{host}")
            }
            None => authority.to_owned(),
        };
        format!("{scheme}{authority}{}", self.path(path))
    }

    /// A path, segment by segment.
    pub fn path(&mut self, path: &str) -> String {
        let mut before = "";
        let segments: Vec<Cow<'_, str>> = path
            .split('/')
            .map(|segment| {
                let kept = self.segment(before, segment);
                before = segment;
                kept
            })
            .collect();
        segments.join("/")
    }

    fn segment<'s>(&mut self, before: &str, segment: &'s str) -> Cow<'s, str> {
        match care_of_segment(before, segment) {
            Care::Hidden => ELLIPSIS.to_string().into(),
            Care::Token => self.mask("path", segment).into(),
            Care::Open => self.text("path", segment),
        }
    }

    /// `application/x-www-form-urlencoded`: a query, a fragment or a body. What stays, stays as it was encoded.
    pub fn form(&mut self, form: &str) -> String {
        let text = decoded(form);
        if like_json(&text) {
            let redacted = self.json(&text);
            return if redacted == text {
                form.to_owned()
            } else {
                encode_around_ellipses(&redacted)
            };
        }
        let pairs: Vec<String> = form.split('&').map(|pair| self.pair(pair)).collect();
        pairs.join("&")
    }

    fn pair(&mut self, pair: &str) -> String {
        let Some((encoded_name, encoded)) = pair.split_once('=') else {
            return self.segment("", pair).into_owned(); // a secret may stand alone, as in a path
        };
        let name = decoded(encoded_name);
        let value = decoded(encoded);
        let kept = match self.care(&name, Place::Parameter) {
            Care::Open => self.open_value(&name, encoded, &value),
            care => self.cared_for(care, &name, &value).map_or(encoded.into(), Cow::from),
        };
        format!("{}={kept}", self.text("form", encoded_name))
    }

    /// A value whose name promises no secret: it may still be an address with one in it, JSON, or a signed token.
    fn open_value<'v>(&mut self, name: &str, encoded: &'v str, value: &str) -> Cow<'v, str> {
        let redacted = if like_json(value) {
            self.json(value)
        } else if value.contains("://") || value.starts_with('/') {
            self.address(value)
        } else {
            self.text(name, value).into_owned()
        };
        if redacted == value {
            return encoded.into();
        }
        encode_around_ellipses(&redacted).into()
    }
}

/// A path with nothing of its secrets, for the log.
pub fn without_secrets(path: &str) -> String {
    let mut before = "";
    let segments: Vec<&str> = path
        .split('/')
        .map(|segment| {
            let open = care_of_segment(before, segment) == Care::Open && jwt::find(segment).is_none();
            before = segment;
            if open { segment } else { "…" }
        })
        .collect();
    segments.join("/")
}

fn care_of_segment(before: &str, segment: &str) -> Care {
    if segment.is_empty() {
        Care::Open
    } else if BEFORE_A_TYPED_CODE.contains(&before) {
        Care::Hidden
    } else if BEFORE_A_CAPABILITY.contains(&before) || looks_random(segment) {
        Care::Token
    } else {
        Care::Open
    }
}

fn like_json(text: &str) -> bool {
    text.trim_start().starts_with(['{', '['])
}

fn parted(text: &str, at: char) -> (&str, Option<&str>) {
    text.split_once(at)
        .map_or((text, None), |(before, after)| (before, Some(after)))
}

fn decoded(text: &str) -> Cow<'_, str> {
    if text.contains('+') {
        let spaced = text.replace('+', " ");
        return percent_decode_str(&spaced).decode_utf8_lossy().into_owned().into();
    }
    percent_decode_str(text).decode_utf8_lossy()
}

/// Form-encoded, with what we left out still to be seen.
fn encode_around_ellipses(text: &str) -> String {
    let parts: Vec<String> = text
        .split(ELLIPSIS)
        .map(|part| form_urlencoded::byte_serialize(part.as_bytes()).collect())
        .collect();
    parts.join("…")
}

/// Base64url or hexadecimal of at least 128 bits, and no UUID: those are names of things here.
fn looks_random(segment: &str) -> bool {
    let base64url = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'%');
    segment.len() >= LOOKS_RANDOM_FROM
        && segment.bytes().all(base64url)
        && segment.bytes().any(|byte| byte.is_ascii_digit())
        && segment.bytes().any(|byte| byte.is_ascii_alphabetic())
        && (segment.len() != HYPHENATED || uuid::Uuid::try_parse(segment).is_err())
}

#[cfg(test)]
mod tests {
    use super::{super::Key, *};

    const SECRET: &str = "k2BmZ0m4Zt6c2oB0O2V7mC1x5uH8sQ3yJ9wR4eT6aD0";

    fn address(text: &str) -> String {
        Redaction::new(&Key::default(), "/").address(text)
    }

    #[test]
    fn nothing_that_opens_something_stays_in_an_address() {
        for text in [
            format!("/login?request={SECRET}"),
            format!("https://client.example.com/cb?code={SECRET}&state={SECRET}"),
            format!("https://client.example.com/cb#access_token={SECRET}"),
            format!("https://anne:{SECRET}@client.example.com/cb"),
            format!("/video/xbCuVVTNU6rT6E5m8p6Y8h7opzfo{SECRET}"),
            format!("/visits/join/{SECRET}"),
            format!("/activation-codes/{SECRET}/activate"),
            format!("/realms/x/unknown/{SECRET}/page"),
            format!("/auth?sso_token={SECRET}&next=/u/clinic"),
            format!("/oauth/authorize?redirect_uri=https%3A%2F%2Fa.example%2Fcb%3Ftoken%3D{SECRET}&client_id=a"),
            format!("/cb?{SECRET}"),
            format!("/login?next=%2Faccount%3Frequest%3D{SECRET}"),
            format!("/cb?some_unknown_secret={SECRET}"),
            format!("/cb?{{\"password\":\"{SECRET}\"}}"),
            format!("/cb?%7B%22password%22%3A%22{SECRET}%22%7D"),
            format!("/cb?payload=%7B%22password%22%3A%22{SECRET}%22%7D"),
            format!("/cb?plain=eyJhbGciOiJub25lIn0.e30.{SECRET}"),
        ] {
            let kept = address(&text);
            assert!(!kept.contains("m4Zt6c2oB0O2V7mC1x5uH8sQ3yJ9wR4eT6aD0"), "{kept}");
            assert!(kept.contains('…'), "{kept}");
        }
    }

    #[test]
    fn what_opens_nothing_stays_to_the_message() {
        for text in [
            "/oauth/authorize?client_id=demo-client&redirect_uri=http%3A%2F%2F127.0.0.1%3A49152%2Fcallback&scope=openid+profile",
            "/api/portal/v1/appointments/xbCuVVTNU6rT6E5m8p6Y8h7opzfo",
            "/control/exchanges/0196f5a4-3c00-7000-8000-00000000000a",
            "/oauth/authorize?code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256",
            "https://client.example.com/cb?error=access_denied&error_description=no",
            "/a?b&&c=&=d",
            "",
        ] {
            assert_eq!(address(text), text);
        }
    }
}
