//! `GET /.well-known/webfinger` (RFC 7033, OIDC Discovery §2): which issuer speaks for an identifier of this host.

use crate::support::{Answer, Emulator};

const REL: &str = "http://openid.net/specs/connect/1.0/issuer";

async fn ask(parameters: &[(&str, &str)]) -> Answer {
    let root = Emulator::shared().default_realm();
    let request = root.http.get(root.url("/.well-known/webfinger")).query(parameters);
    Answer::to(request.header("origin", "https://app.example.com")).await
}

/// The issuer named in the answer.
fn issuer_in(answer: &Answer) -> Option<String> {
    let body = answer.json();
    let links = body["links"].as_array()?;
    let link = links.iter().find(|link| link["rel"] == REL)?;
    link["href"].as_str().map(str::to_owned)
}

#[tokio::test]
async fn an_identifier_of_this_host_leads_to_its_issuer() {
    let issuer = &Emulator::shared().issuer;
    let host = issuer.trim_start_matches("http://");

    for resource in [format!("acct:anne@{host}"), format!("{issuer}/anne"), issuer.clone()] {
        let answer = ask(&[("resource", &resource), ("rel", REL)]).await.is_ok();
        assert_eq!(answer.media_type(), "application/jrd+json");
        assert_eq!(answer.member("subject"), resource);
        assert_eq!(issuer_in(&answer), Some(issuer.clone()), "{resource}");
    }
}

#[tokio::test]
async fn it_is_open_to_any_origin() {
    let resource = Emulator::shared().issuer.clone();

    ask(&[("resource", &resource)])
        .await
        .is_ok()
        .has_header("access-control-allow-origin", "*");
}

#[tokio::test]
async fn other_relations_are_not_answered() {
    let resource = Emulator::shared().issuer.clone();

    let answer = ask(&[("resource", &resource), ("rel", "http://webfinger.net/rel/avatar")]).await;

    assert!(answer.status == 404 || issuer_in(&answer.is_ok()).is_none());
}

#[tokio::test]
async fn a_resource_must_be_named() {
    for parameters in [
        &[][..],
        &[("resource", "")],
        &[("rel", REL)],
        &[("resource", "not a uri")],
    ] {
        let answer = ask(parameters).await;
        assert!((400..500).contains(&answer.status), "{parameters:?}: {answer}");
    }
}

#[tokio::test]
async fn we_do_not_speak_for_other_hosts() {
    for resource in [
        "acct:anne@other.example",
        "https://other.example/anne",
        "mailto:anne@other.example",
    ] {
        let answer = ask(&[("resource", resource), ("rel", REL)]).await;
        assert!(
            answer.status == 404 || issuer_in(&answer).is_none(),
            "{resource}: {answer}"
        );
    }
}
