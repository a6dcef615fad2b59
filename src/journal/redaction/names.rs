//! Whether a name promises a secret.
//!
//! Names are compared without case, hyphens and underscores, so that `X-ApiSecret`, `api_secret` and `apiSecret` are
//! one. What is called like a secret counts as one; the few names that only sound so are listed.

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

/// Whoever knows one of these is somebody else from then on.
const HIDDEN: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "secret",
    "credential",
    "verifier",
    "privatekey",
    "activationcode",
    "usercode",
];
const HIDDEN_WORDS: &[&str] = &["pin", "otp", "tan", "pwd", "pass"];

/// Good for something while they live.
const TOKEN: &[&str] = &[
    "token",
    "jwt",
    "assertion",
    "apikey",
    "accesskey",
    "cookie",
    "session",
    "signature",
    "bearer",
    "ticket",
    "authorizationcode",
    "authcode",
    "devicecode",
    "onetime",
    "magiclink",
];
const TOKEN_WORDS: &[&str] = &["key", "auth", "authorization", "dpop"];

/// What ends like this speaks of a secret and is none: `token_endpoint`, `token_type`, `code_challenge`.
const SPEAKING_OF: &[&str] = &[
    "endpoint",
    "supported",
    "type",
    "typehint",
    "types",
    "method",
    "methods",
    "alg",
    "challenge",
    "lifetime",
    "expiresin",
    "expiresat",
    "expiry",
    "authenticate",
    "required",
    "count",
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
        ("code", _) | ("keys", _) => return Care::Open, // judged by its length, see `long_code`
        _ => {}
    }
    if SPEAKING_OF.iter().any(|end| flat.ends_with(end)) {
        return Care::Open;
    }
    let contains = |list: &[&str]| list.iter().any(|part| flat.contains(part));
    let mentions = |list: &[&str]| words(name).any(|word| list.iter().any(|one| word.eq_ignore_ascii_case(one)));
    if contains(HIDDEN) || mentions(HIDDEN_WORDS) {
        Care::Hidden
    } else if contains(TOKEN) || (place != Place::Attribute && mentions(TOKEN_WORDS)) {
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
        .filter(|word| !word.is_empty())
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
