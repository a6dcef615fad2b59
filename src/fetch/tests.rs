//! Which addresses are asked, and what of their answers is read.

use super::*;

fn public(address: &str) -> bool {
    is_public(address.parse().unwrap())
}

#[test]
fn addresses_of_private_networks_and_of_this_machine_are_not_public() {
    for address in [
        "127.0.0.1",
        "127.8.9.10",
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "100.127.255.255",
        "192.0.0.8",
        "192.0.2.1",
        "198.18.0.1",
        "198.51.100.7",
        "203.0.113.9",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:10.1.2.3",
        "::127.0.0.1",
        "64:ff9b::a00:1",
        "2002:7f00:1::",
        "2001:0:1::",
        "2001:db8::1",
        "fc00::1",
        "fd12:3456::1",
        "fe80::1",
        "fec0::1",
        "ff02::1",
    ] {
        assert!(!public(address), "{address}");
    }
}

#[test]
fn addresses_of_the_internet_at_large_are_public() {
    for address in [
        "1.1.1.1",
        "9.9.9.9",
        "100.63.0.1",
        "100.128.0.1",
        "172.15.0.1",
        "172.32.0.1",
        "192.0.1.1",
        "2001:4860:4860::8888",
        "2a00:1450::1",
        "64:ff9b::101:101",
        "2002:101:101::1",
    ] {
        assert!(public(address), "{address}");
    }
}

#[test]
fn only_web_addresses_without_a_user_name_are_called() {
    for address in [
        "",
        "hook",
        "/hook",
        "ftp://example.com/",
        "file:///etc/passwd",
        "mailto:anne@example.com",
        "http://anne@example.com/",
        "http://anne:secret@example.com/",
        "http://",
    ] {
        assert_eq!(
            sound(address),
            Err(FetchError::Address(address.to_owned())),
            "{address}"
        );
    }
    assert!(sound("https://example.com/hook?x=1").is_ok());
}

#[test]
fn spellings_of_loopback_do_not_slip_through() {
    for address in [
        "http://127.0.0.1/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0177.0.0.1/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://0/",
    ] {
        let refused = check_literal(&sound(address).unwrap());
        assert!(matches!(refused, Err(FetchError::Private(_))), "{address}: {refused:?}");
    }
    assert!(check_literal(&sound("http://1.1.1.1/").unwrap()).is_ok());
}

#[tokio::test]
async fn a_strangers_name_that_resolves_to_this_machine_is_refused() {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let fetch = Fetch::new(false, &[]).unwrap();

    for address in ["http://localhost:9/hook", "http://127.0.0.1:9/hook"] {
        let refused = fetch
            .post(UrlSource::Stranger, address, HeaderMap::new(), String::new())
            .await
            .unwrap_err();
        assert!(matches!(refused, FetchError::Private(_)), "{address}: {refused}");
    }
}

#[test]
fn a_file_without_a_certificate_is_no_authority() {
    let file = tempfile::NamedTempFile::new().unwrap();

    let error = Fetch::new(false, &[file.path().to_owned()]).unwrap_err().to_string();

    assert!(error.contains("holds no certificate"), "{error}");
    assert!(Fetch::new(false, &["/nowhere/ca.pem".into()]).is_err());
}
