//! Which server is asked and how, and how each kind of failure ends.

use std::net::TcpListener;

use super::{typed, typed_with};
use crate::support::{
    Emulator,
    browser::ClientSite,
    fresh_realm,
    tls::{Certificates, certificates},
};

#[tokio::test]
async fn where_nobody_answers_it_says_so_and_what_to_do() {
    // Bound and not listening to HTTP for long: free again as soon as it is dropped.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let server = format!("http://127.0.0.1:{port}");

    for words in [
        &["clock", "show"][..],
        &["realm", "list"],
        &["outbox", "wait", "--for", "50ms"],
    ] {
        let said = typed_with(&[("ANTEROOM_SERVER", &server)], words)
            .await
            .comes_to_nothing();
        assert!(said.contains(&server) && said.contains("--server URL"), "{said}");
    }
    let said = typed_with(&[], &["clock", "show", "--server", "http://nowhere.invalid"])
        .await
        .comes_to_nothing();
    assert!(said.contains("no server answers at http://nowhere.invalid"), "{said}");
}

#[tokio::test]
async fn an_answer_that_is_not_from_a_control_api_is_refused() {
    let site = ClientSite::open("127.0.0.1").await;

    let said = typed_with(&[("ANTEROOM_SERVER", &site.origin)], &["clock", "show"])
        .await
        .comes_to_nothing();
    assert!(said.contains("not valid JSON"), "{said}");

    site.redirect("/control/api/clock", "https://example.com/");
    let said = typed_with(&[("ANTEROOM_SERVER", &site.origin)], &["clock", "show"])
        .await
        .comes_to_nothing();
    assert!(said.contains("303"), "redirects are not followed: {said}");
}

#[tokio::test]
async fn what_is_no_server_is_not_asked() {
    for wrong in [
        "localhost",
        "ftp://localhost",
        "http://localhost/path",
        "http://localhost/realms/No",
    ] {
        let said = typed_with(&[], &["clock", "show", "--server", wrong])
            .await
            .is_misunderstood();
        assert!(said.contains("--server"), "{wrong}: {said}");
    }
}

#[tokio::test]
async fn the_word_wins_over_the_environment_and_the_realm_over_the_issuer() {
    let (here, there) = (fresh_realm().await, fresh_realm().await);
    here.advance("PT1H").await;
    let now = async |environment: &[(&str, &str)], words: &[&str]| {
        let said = typed_with(environment, &[&["clock", "show", "--json"], words].concat())
            .await
            .json();
        said["now"].as_str().expect("an instant").to_owned()
    };
    let (one, other) = ("2025-06-02T07:00:00Z", "2025-06-02T06:00:00Z");
    let root = Emulator::shared().issuer.as_str();

    assert_eq!(now(&[("ANTEROOM_SERVER", &here.issuer)], &[]).await, one);
    assert_eq!(
        now(&[("ANTEROOM_SERVER", &here.issuer)], &["--server", &there.issuer]).await,
        other
    );
    assert_eq!(
        now(&[("ANTEROOM_SERVER", &here.issuer)], &["--realm", &there.name]).await,
        other
    );
    assert_eq!(
        now(&[("ANTEROOM_SERVER", root), ("ANTEROOM_REALM", &here.name)], &[]).await,
        one
    );
    let both = [("ANTEROOM_SERVER", root), ("ANTEROOM_REALM", here.name.as_str())];
    assert_eq!(now(&both, &["--realm", &there.name]).await, other);
}

#[tokio::test]
async fn a_realm_that_is_not_there_is_named() {
    let said = typed(
        &Emulator::shared().default_realm(),
        &["clock", "show", "--realm", "nowhere"],
    )
    .await;

    assert_eq!(said.comes_to_nothing(), "there is no realm \"nowhere\"");
}

#[tokio::test]
async fn no_proxy_stands_in_between() {
    let realm = fresh_realm().await;
    let server = [
        ("ANTEROOM_SERVER", realm.issuer.as_str()),
        ("http_proxy", "http://127.0.0.1:1"),
        ("HTTP_PROXY", "http://127.0.0.1:1"),
        ("all_proxy", "http://127.0.0.1:1"),
    ];

    typed_with(&server, &["clock", "show"]).await.does();
}

mod where_others_can_come {
    use super::*;
    use crate::support::keeper::Keeper;

    fn open() -> (Keeper, tempfile::TempDir, String, String) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let words = ["--listen", "0.0.0.0:0", "--database", "sqlite::memory:"];
        let (keeper, issuer) = Emulator::try_start(&words, folder.path()).expect("it starts");
        let token = keeper.control_token();
        (keeper, folder, issuer, token)
    }

    #[tokio::test]
    async fn the_token_goes_along() {
        let (_keeper, _folder, issuer, token) = open();
        let server = ("ANTEROOM_SERVER", issuer.as_str());

        typed_with(&[server, ("ANTEROOM_CONTROL_TOKEN", &token)], &["clock", "show"])
            .await
            .does();
        typed_with(&[server], &["clock", "freeze", "--token", &token])
            .await
            .does();
    }

    #[tokio::test]
    async fn without_it_one_is_told_where_it_is() {
        let (_keeper, _folder, issuer, token) = open();
        let server = ("ANTEROOM_SERVER", issuer.as_str());

        for words in [&["clock", "show"][..], &["clock", "show", "--token", "nonsense"]] {
            let said = typed_with(&[server], words).await.comes_to_nothing();
            assert!(
                said.contains("--token") && said.contains("ANTEROOM_CONTROL_TOKEN"),
                "{said}"
            );
            assert!(!said.contains(&token) && !said.contains("nonsense"), "{said}");
        }
    }

    #[tokio::test]
    async fn the_help_does_not_show_it() {
        let shown = typed_with(&[("ANTEROOM_CONTROL_TOKEN", "s3cr3t")], &["clock", "--help"])
            .await
            .does();

        assert!(
            shown.contains("ANTEROOM_CONTROL_TOKEN") && !shown.contains("s3cr3t"),
            "{shown}"
        );
    }
}

mod over_tls {
    use super::*;

    fn start(certificates: &Certificates) -> Emulator {
        let options = certificates.options();
        let options: Vec<_> = options.iter().map(String::as_str).collect();
        Emulator::start_with_tls(&options, certificates.authority.clone())
    }

    #[tokio::test]
    async fn an_authority_of_ones_own_is_believed_when_it_is_named() {
        let certificates = certificates();
        let server = start(&certificates);

        let words = ["clock", "show", "--server", &server.issuer];
        let authority = certificates.file("ca.pem");
        let trusting = [&words[..], &["--trust-ca", &authority]].concat();
        typed_with(&[], &trusting).await.does();

        let said = typed_with(&[], &words).await.comes_to_nothing();
        assert!(said.contains("certificate"), "{said}");
    }

    #[tokio::test]
    async fn an_authority_that_cannot_be_read_is_named() {
        let certificates = certificates();
        let server = start(&certificates);

        for file in ["gone.pem".to_owned(), certificates.file("key.pem")] {
            let words = ["clock", "show", "--server", &server.issuer, "--trust-ca", &file];
            let said = typed_with(&[], &words).await.comes_to_nothing();
            assert!(said.contains(&file), "{said}");
        }
    }
}
