//! `application/x-www-form-urlencoded`, read strictly.
//!
//! Lenient readers put U+FFFD where bytes are no UTF-8; a value that was damaged on the way must be
//! refused instead, not compared.

use std::borrow::Cow;

use percent_encoding::percent_decode;

/// Why a form cannot be read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParametersError {
    #[error("a parameter is not UTF-8")]
    NotUtf8,
    #[error("a percent sign is not followed by two hexadecimal digits")]
    BrokenEscape,
}

/// The names and values of a form, in order, repeated ones included.
///
/// # Errors
/// When something is not UTF-8 after decoding, or an escape is broken.
pub fn read_form(form: &[u8]) -> Result<Vec<(String, String)>, ParametersError> {
    form.split(|byte| *byte == b'&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let mut parts = pair.splitn(2, |byte| *byte == b'=');
            let name = decode(parts.next().unwrap_or_default())?;
            let value = decode(parts.next().unwrap_or_default())?;
            Ok((name, value))
        })
        .collect()
}

/// One name or value out of its form encoding (RFC 6749 appendix B): `+` is a blank, `%hh` a byte.
///
/// # Errors
/// As [`read_form`].
pub fn decode(text: &[u8]) -> Result<String, ParametersError> {
    let spaced: Cow<'_, [u8]> = if text.contains(&b'+') {
        text.iter()
            .map(|byte| if *byte == b'+' { b' ' } else { *byte })
            .collect()
    } else {
        text.into()
    };
    let mut escapes = spaced
        .iter()
        .enumerate()
        .filter(|(_, byte)| **byte == b'%')
        .map(|(at, _)| at);
    let hexadecimal = |at: usize| spaced.get(at).is_some_and(u8::is_ascii_hexdigit);
    if escapes.any(|at| !hexadecimal(at + 1) || !hexadecimal(at + 2)) {
        return Err(ParametersError::BrokenEscape);
    }
    let decoded: Vec<u8> = percent_decode(&spaced).collect();
    String::from_utf8(decoded).map_err(|_| ParametersError::NotUtf8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_rfc_6749_appendix_b_decodes() {
        assert_eq!(decode(b"+%25%26%2B%C2%A3%E2%82%AC").as_deref(), Ok(" %&+£€"));
    }

    #[test]
    fn damaged_text_is_refused_and_not_repaired() {
        assert_eq!(decode(b"%ff"), Err(ParametersError::NotUtf8));
        assert_eq!(decode(b"100%"), Err(ParametersError::BrokenEscape));
        assert_eq!(decode(b"%2"), Err(ParametersError::BrokenEscape));
        assert_eq!(decode(b"%zz"), Err(ParametersError::BrokenEscape));
    }

    #[test]
    fn repeated_and_valueless_parameters_are_all_there() {
        let pairs = read_form(b"a=1&a=2&b&=c&&d=x=y").expect("well formed");
        let pairs: Vec<_> = pairs
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();

        assert_eq!(pairs, [("a", "1"), ("a", "2"), ("b", ""), ("", "c"), ("d", "x=y")]);
    }
}
