//! Bodies that are not what they should be.

use serde_json::{Value, json};

use super::{Scene, at_home, cases, redeemed};
use crate::support::Answer;

cases! {
    json_truncated: json_truncated;
    content_type_wrong: content_type_wrong;
    html_error_page: html_error_page;
    unknown_members: unknown_members;
    duplicate_members: duplicate_members;
    huge_answer: huge_answer;
    compressed_or_bom: compressed_or_bom;
}

#[tokio::test]
async fn every_odd_shape_is_seen_once_and_the_next_answer_is_clean() {
    super::judge(CASES).await;
}

const METADATA: &str = "/.well-known/openid-configuration";

/// The honest answer, the altered one; and the one after it is honest again.
async fn both(scene: &Scene, parameters: Value) -> (Answer, Answer) {
    let honest = scene.realm.get(METADATA).await.is_ok();
    let id = scene.once_with(parameters).await;
    let altered = scene.realm.get(METADATA).await;
    let after = scene.realm.get(METADATA).await.is_ok();
    assert_eq!(
        (&after.body, after.header("content-type")),
        (&honest.body, honest.header("content-type"))
    );
    scene.has_triggered(&id, 1).await;
    (honest, altered)
}

async fn json_truncated(scene: Scene) {
    let (honest, altered) = both(&scene, json!({})).await;
    assert_eq!(altered.body, honest.body[..honest.body.len() / 2]);
    let length = altered.body.len().to_string();
    altered.is_ok().has_header("content-length", &length);
}

async fn content_type_wrong(scene: Scene) {
    for called in ["text/html", "text/plain", "application/octet-stream"] {
        let (honest, altered) = both(&scene, json!({"type": called})).await;
        assert_eq!(altered.media_type(), called);
        assert_eq!(altered.is_ok().body, honest.body);
    }
}

async fn html_error_page(scene: Scene) {
    let (_, altered) = both(&scene, json!({})).await;
    assert_eq!((altered.status, altered.media_type()), (502, "text/html"));
    assert!(altered.text().contains("<h1>502 Bad Gateway</h1>"), "{altered}");

    let (_, altered) = both(&scene, json!({"status": 200, "type": "application/json"})).await;
    assert_eq!((altered.status, altered.media_type()), (200, "application/json"));
    assert!(altered.text().starts_with("<!DOCTYPE html>"), "{altered}");
}

async fn unknown_members(scene: Scene) {
    let (honest, altered) = both(&scene, json!({})).await;
    let mut expected = honest.json();
    expected["x_anteroom"] = json!({"nested": [true, null, {"deeper": 1}]});
    assert_eq!(altered.is_ok().json(), expected);
}

async fn duplicate_members(scene: Scene) {
    let client = scene.realm.demo_client();
    let browser = at_home(&client.request(), "anne").await;
    scene.once().await;
    let altered = redeemed(&client, &browser).await.is_ok();
    assert_eq!(altered.text().matches("\"access_token\":").count(), 2);
    assert!(
        altered.text().starts_with(r#"{"access_token":"the-other-one","#),
        "{altered}"
    );
    let clean = redeemed(&client, &browser).await.brings_tokens();
    assert_eq!(clean.text().matches("\"access_token\":").count(), 1);

    scene.once().await;
    let userinfo = scene.realm.caller(&clean.access_token()).userinfo().await.is_ok();
    assert_eq!(userinfo.text().matches("\"sub\":").count(), 2);
}

async fn huge_answer(scene: Scene) {
    for form in ["body", "members", "text", "depth"] {
        let (honest, altered) = both(&scene, json!({"form": form, "size": 100_000})).await;
        let altered = altered.is_ok();
        assert!(altered.body.len() > 90_000, "{form}: {}", altered.body.len());
        let text = altered.text();
        match form {
            "members" => assert_eq!(text.matches(":1,").count(), 6250),
            "text" => assert!(text.contains(&"x".repeat(100_000))),
            "depth" => assert!(text.contains(&"[".repeat(50_000))),
            _ => assert_eq!(text.trim_end(), honest.text()),
        }
    }
}

async fn compressed_or_bom(scene: Scene) {
    let (honest, altered) = both(&scene, json!({"form": "bom"})).await;
    assert_eq!(altered.body.strip_prefix(b"\xef\xbb\xbf"), Some(&honest.body[..]));

    let (honest, altered) = both(&scene, json!({"form": "gzip"})).await;
    let altered = altered.is_ok().has_header("content-encoding", "gzip");
    assert!(altered.body.starts_with(&[0x1f, 0x8b, 8]));
    assert_eq!(unpacked(&altered.body), honest.body);
}

/// What `gzip -d` makes of it: somebody else's judgement.
fn unpacked(bytes: &[u8]) -> Vec<u8> {
    use std::{
        io::Write,
        process::{Command, Stdio},
    };
    let mut gzip = Command::new("gzip")
        .arg("-dc")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("gzip is there");
    gzip.stdin.take().expect("piped").write_all(bytes).expect("it reads");
    let output = gzip.wait_with_output().expect("it ends");
    assert!(output.status.success());
    output.stdout
}
