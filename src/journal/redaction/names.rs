//! Whether the value under a name is a secret.
//!
//! Names are compared whole, without case, hyphens and underscores, so that `X-ApiSecret`, `api_secret` and `apiSecret`
//! are one. Besides them, a name whose last word is `password`, `token` and the like counts (`new_password`,
//! `patient[password]`, `refreshToken`), so that unknown fields are covered; `password` and `secret` count anywhere but
//! before a word that says something of them (`client_secret_expires_at`). A part of a word never counts, nor does any
//! other word elsewhere in a name: `auth_time`, `token_endpoint` and `session_length` are no secrets.

/// How carefully a value is treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Care {
    /// It stays.
    Open,
    /// First characters and a digest stay.
    Token,
    /// Nothing stays.
    Hidden,
}

/// Where a name stands: the same word can mean different things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In a query, a form, a fragment: OAuth's names rule.
    Parameter,
    /// In a JSON object: `code` and `state` are ordinary words there.
    Member,
    Header,
    /// In a page.
    Attribute,
}

/// Whoever knows one of these can act as somebody else.
const HIDDEN: &[&str] = &[
    "accesscode",
    "activationcode",
    "apisecret",
    "pass",
    "passwordconfirm",
    "passwordconfirmation",
    "passwordrepeat",
    "privatekey",
    "secretkey",
    "usercode",
    "xapisecret",
    "xsecretkey",
];
/// The same as the last word of a name.
const HIDDEN_WORDS: &[&str] = &[
    "credential",
    "otp",
    "passcode",
    "passphrase",
    "passwd",
    "password",
    "pin",
    "pwd",
    "secret",
    "tan",
    "verifier",
];

/// The same anywhere in a name, unless its last word is one of [`ABOUT`].
const HIDDEN_ANYWHERE: &[&str] = &["password", "secret"];
const ABOUT: &[&str] = &[
    "at",
    "expiry",
    "length",
    "method",
    "policy",
    "required",
    "supported",
    "type",
    "url",
    "uri",
];

/// Good for something while they live.
const TOKEN: &[&str] = &[
    "accesskey",
    "apikey",
    "apitoken",
    "auth",
    "authcode",
    "authorization",
    "authorizationcode",
    "devicecode",
    "dpop",
    "idtokenhint",
    "key",
    "magiclink",
    "onetimelink",
    "proxyauthorization",
    "session",
    "sessionid",
    "sessionstate",
    "setcookie",
    "xapikey",
    "xapitoken",
];
/// The same as the last word of a name.
const TOKEN_WORDS: &[&str] = &[
    "apikey",
    "assertion",
    "bearer",
    "cookie",
    "jwt",
    "signature",
    "ticket",
    "token",
];

/// The care that the value under this name needs.
pub fn care(name: &str, place: Place) -> Care {
    let flat: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|character| character.to_ascii_lowercase())
        .collect();
    match (flat.as_str(), place) {
        ("code" | "state" | "request", Place::Parameter) => return Care::Token,
        ("auth" | "key", Place::Attribute) => return Care::Open, // words of a page
        _ => {}
    }
    let is = |list: &[&str]| list.contains(&flat.as_str());
    let last = last_word(name);
    let singular = last.strip_suffix('s').unwrap_or(&last);
    let ends = |list: &[&str]| list.contains(&last.as_str()) || list.contains(&singular);
    let mentions_secret = words(name).any(|word| HIDDEN_ANYWHERE.iter().any(|one| word.eq_ignore_ascii_case(one)));
    if is(HIDDEN) || ends(HIDDEN_WORDS) || (mentions_secret && !ABOUT.contains(&last.as_str())) {
        Care::Hidden
    } else if is(TOKEN) || ends(TOKEN_WORDS) {
        Care::Token
    } else {
        Care::Open
    }
}

/// A `code` in JSON is an ordinary identifier at the portals, unless it is long enough to be a capability: an
/// authorization code (43 characters), or the code of an invitation (32).
pub fn long_code(name: &str, value: &str) -> bool {
    name.eq_ignore_ascii_case("code") && value.len() >= 28
}

fn words(name: &str) -> impl Iterator<Item = &str> {
    name.split(|character: char| !character.is_ascii_alphanumeric())
}

/// The last word in lower case. A word ends at a sign, or where a small letter or digit is followed by a capital.
fn last_word(name: &str) -> String {
    let name = name.trim_end_matches(|character: char| !character.is_ascii_alphanumeric());
    let begin = name
        .char_indices()
        .zip(name.chars().skip(1))
        .filter(|((_, before), after)| {
            !before.is_ascii_alphanumeric() || (!before.is_ascii_uppercase() && after.is_ascii_uppercase())
        })
        .last()
        .map_or(0, |((at, before), _)| at + before.len_utf8());
    name.get(begin..).unwrap_or(name).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_called_like_a_secret_is_one_however_it_is_spelt() {
        for name in [
            "password",
            "new_password",
            "PasswordConfirmation",
            "patient[password]",
            "client_secret",
            "X-Secret-Key",
            "X-ApiSecret",
            "code_verifier",
            "pin",
            "user_pin",
            "otp",
            "activation_code",
            "user_code",
            "private_key",
        ] {
            assert_eq!(care(name, Place::Member), Care::Hidden, "{name}");
        }
        for name in [
            "access_token",
            "refreshToken",
            "id_token_hint",
            "X-ApiToken",
            "X-ApiKey",
            "X-API-Key",
            "sso_token",
            "one_time_link_token",
            "client_assertion",
            "session_state",
            "x-webhook-signature",
            "DPoP",
            "magic-link",
        ] {
            assert_eq!(care(name, Place::Header), Care::Token, "{name}");
        }
    }

    #[test]
    fn what_only_speaks_of_secrets_stays() {
        for name in [
            "token_type",
            "token_type_hint",
            "token_endpoint",
            "token_endpoint_auth_methods_supported",
            "id_token_signing_alg_values_supported",
            "code_challenge",
            "code_challenge_method",
            "WWW-Authenticate",
            "expires_in",
            "keys",
            "kid",
            "nonce",
            "sub",
            "at_hash",
            "scope",
            "username",
            "description",
            "postal_code",
            "room_code",
            "authorization_endpoint",
            "auth_time",
            "authorization_details",
            "session_length",
            "tokens_left",
            "secretary",
            "client_secret_expires_at",
            "passport_number",
            "key_ops",
            "token_expires_at",
            "pinned",
        ] {
            assert_eq!(care(name, Place::Member), Care::Open, "{name}");
        }
    }

    #[test]
    fn oauths_short_words_are_secrets_in_parameters_only() {
        for name in ["code", "state", "request"] {
            assert_eq!(care(name, Place::Parameter), Care::Token, "{name}");
            assert_eq!(care(name, Place::Member), Care::Open, "{name}");
        }
        assert!(long_code("code", "ca978112ca1bbdcafac231b39a23dc4d"));
        assert!(!long_code("code", "general_care"));
    }
}
