//! The path to which `/auth` redirects a browser: a path inside the portal, or none.
//!
//! An accepted path begins with a single `/` and stays below the portal in every browser. Browsers read `\` as `/`,
//! drop tabs and line ends, and resolve `.` and `..` also where they are percent-encoded. So none of these is accepted,
//! plain or percent-encoded any number of times.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// Layers of percent-encoding that are decoded. A path with more is refused.
const MOST_LAYERS: usize = 4;
/// Bytes of a path.
const LONGEST: usize = 2000;

/// The path, if it stays inside the portal.
pub fn inside_the_portal(next: &str) -> Option<&str> {
    // Printable ASCII, without the characters that an address must encode.
    let plain = |byte: u8| byte.is_ascii_graphic() && !b"\\\"<>^`{|}".contains(&byte);
    if next.len() > LONGEST || !next.bytes().all(plain) {
        return None;
    }
    let mut layer = Cow::Borrowed(next);
    for _ in 0..MOST_LAYERS {
        if !sound(&layer) {
            return None;
        }
        let decoded = percent_decode_str(&layer).decode_utf8().ok()?;
        if decoded == layer {
            return Some(next);
        }
        layer = Cow::Owned(decoded.into_owned());
    }
    None
}

/// Whether nothing in this layer leads out of the portal.
fn sound(text: &str) -> bool {
    let path = text.split(['?', '#']).next().unwrap_or_default();
    path.starts_with('/')
        && !path.contains("//")
        && !text.contains('\\')
        && !text.chars().any(char::is_control)
        && path.split('/').all(|segment| !matches!(segment, "." | ".."))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use url::Url;

    use super::*;

    #[test]
    fn the_documented_landing_paths_are_inside() {
        for next in [
            "/",
            "/u/clinic",
            "/visits/start/67258",
            "/providers/dashboard",
            "/members/appointment/67258?token=f7gybzjd9o",
            "/u/clinic?intake_id=61165a8e-d8cc-47da-bd8e-597d64457b1f&action=appointment#schedule-appointment",
            "/u/cl%69nic",
            "/u/a?q=100%25",
        ] {
            assert_eq!(inside_the_portal(next), Some(next));
        }
    }

    #[test]
    fn whatever_could_lead_elsewhere_is_refused() {
        for next in [
            "",
            "u/clinic",
            "https://evil.example/",
            "javascript:alert(1)",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "/u/clinic\r\nSet-Cookie: a=b",
            "/u/clinic\0",
            " /u/clinic",
            "/ /evil.example",
            "/%2f/evil.example",
            "/%2fevil.example",
            "/%2Fevil.example",
            "%2f%2fevil.example",
            "/%5cevil.example",
            "/%5Cevil.example",
            "/%255cevil.example",
            "/%252fevil.example",
            "/%25252525252fevil.example",
            "/%09/evil.example",
            "/%0d%0aLocation:%20https://evil.example",
            "/u/%00",
            "/..",
            "/../control",
            "/u/../../../control",
            "/./u",
            "/%2e%2e/control",
            "/.%2E/control",
            "/%252e%252e/control",
            "/u//clinic",
            "/u/clínica",
            "/u/\u{202e}",
            "/%ff",
            "/u/<script>",
        ] {
            assert_eq!(inside_the_portal(next), None, "{next:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_accepted_stays_below_the_portal_for_a_browser(
            next in "/(/|\\\\|\\.|%2[efEF]|%5[cC]|%25|%0[ad9]|\t|\n|[a-z:@?#]|evil\\.example){0,14}"
        ) {
            if let Some(path) = inside_the_portal(&next) {
                let base = "http://localhost:8080/realms/x/vsee/vc/next";
                let here = Url::parse(&format!("{base}/auth")).expect("an address");
                let there = here.join(&format!("/realms/x/vsee/vc/next{path}")).expect("an address");
                prop_assert_eq!(there.origin(), here.origin());
                prop_assert!(there.path().starts_with("/realms/x/vsee/vc/next/"), "{}", there);
            }
        }
    }
}
