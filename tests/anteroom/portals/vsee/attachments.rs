//! Files: uploaded alone or with an intake, bounded in size and kind, given back as they came.

use serde_json::json;

use super::{admin, data, patient, provider, refused, text};
use crate::support::fresh_realm;

const PDF: &[u8] = b"%PDF-1.7\nnot much of one \xff\x00";

#[tokio::test]
async fn a_file_that_was_uploaded_can_be_attached_in_three_spellings_and_comes_back_whole() {
    let realm = fresh_realm().await;
    let john = patient(&realm, "p-1").await;

    let file = [("result.pdf", "application/pdf", PDF)];
    let file = data(
        john.post_files("attachments", &[("remark", "blood count")], &file)
            .await,
    );
    let id = text(&file, "id");

    for attachments in [json!([{"id": id}]), json!([id]), json!(format!("{id},"))] {
        let body = json!({"room_code": "clinic", "attachments": attachments});
        let intake = text(&data(john.post("intakes", &body).await), "id");
        let shown = data(john.get(&format!("intakes/{intake}")).await)["attachments"][0].clone();
        let members: Vec<_> = shown.as_object().expect("an object").keys().cloned().collect();
        assert_eq!(
            members,
            [
                "_id",
                "name",
                "path",
                "size",
                "ext",
                "type",
                "creator_id",
                "remark",
                "using",
                "modified",
                "created"
            ]
        );
        assert_eq!(
            (
                &shown["_id"],
                &shown["name"],
                &shown["size"],
                &shown["ext"],
                &shown["type"]
            ),
            (
                &json!(id),
                &json!("result.pdf"),
                &json!(PDF.len()),
                &json!("pdf"),
                &json!("application/pdf")
            )
        );
        assert_eq!(
            (&shown["creator_id"], &shown["remark"]),
            (&json!(john.id), &json!("blood count"))
        );
        assert!(shown["created"]["sec"].is_i64() && shown["created"]["usec"].is_i64());
    }
    let answer = john.get(&format!("attachments/{id}")).await.is_ok();
    assert_eq!(answer.body, PDF);
    assert_eq!(answer.media_type(), "application/pdf");
    answer
        .has_header("content-disposition", "attachment")
        .has_header("x-content-type-options", "nosniff");
}

#[tokio::test]
async fn files_may_come_with_the_intake_itself() {
    let realm = fresh_realm().await;
    let john = patient(&realm, "p-1").await;
    let files = [
        ("a.txt", "text/plain", b"hello".as_slice()),
        ("b.pdf", "application/pdf", PDF),
    ];

    let intake = data(
        john.post_files("intakes", &[("room_code", "clinic"), ("custom_a", "1")], &files)
            .await,
    );

    assert_eq!(intake["custom_a"], "1");
    let intake = data(john.get(&format!("intakes/{}", text(&intake, "id"))).await);
    let names: Vec<_> = intake["attachments"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| text(one, "name"))
        .collect();
    assert_eq!(names, ["a.txt", "b.pdf"]);
}

#[tokio::test]
async fn a_file_is_for_who_uploaded_it_and_those_who_treat() {
    let realm = fresh_realm().await;
    let (john, other, pat) = (
        patient(&realm, "p-1").await,
        patient(&realm, "p-2").await,
        provider(&realm, "pat").await,
    );
    let file = data(
        john.post_files("attachments", &[], &[("a.txt", "text/plain", b"hello")])
            .await,
    );
    let path = format!("attachments/{}", text(&file, "id"));
    let body = json!({"room_code": "clinic", "attachments": [file["id"]]});

    for allowed in [&john, &admin(&realm)] {
        allowed.get(&path).await.is_ok();
    }
    refused(&pat.get(&path).await, 403); // it is of no intake yet
    refused(&other.post("intakes", &body).await, 400);
    john.post("intakes", &body).await.is_ok();
    for allowed in [&john, &pat, &admin(&realm)] {
        allowed.get(&path).await.is_ok();
    }
    refused(&other.get(&path).await, 403);
    refused(&super::public(&realm).get(&path).await, 401);
    refused(&other.post("intakes", &body).await, 400);
    refused(&john.get("attachments/nothing").await, 404);
}

#[tokio::test]
async fn a_file_that_an_admin_put_into_an_intake_is_for_its_member() {
    let realm = fresh_realm().await;
    let (john, other) = (patient(&realm, "p-1").await, patient(&realm, "p-2").await);
    let fields = [("room_code", "clinic"), ("member_id", john.id.as_str())];
    let files = [("a.txt", "text/plain", b"hello".as_slice())];
    let intake = text(&data(admin(&realm).post_files("intakes", &fields, &files).await), "id");
    let path = format!("intakes/{intake}");
    let file = data(john.get(&path).await)["attachments"][0]["_id"].clone();
    let download = format!("attachments/{}", file.as_str().expect("an id"));

    assert_eq!(john.get(&download).await.is_ok().body, b"hello".as_slice());
    refused(&other.get(&download).await, 403);
    let again = json!({"attachments": [file]});
    john.post(&path, &again).await.is_ok();
    assert_eq!(data(john.get(&path).await)["attachments"][0]["_id"], file);
    refused(
        &other
            .post("intakes", &json!({"room_code": "clinic", "attachments": [file]}))
            .await,
        400,
    );
}

#[tokio::test]
async fn what_is_too_large_or_not_what_it_says_is_refused_with_the_whole_intake() {
    let realm = fresh_realm().await;
    let john = patient(&realm, "p-1").await;
    let large = vec![b'a'; 512 * 1024 + 1];
    let huge = vec![b'a'; 900 * 1024];
    let page = b"<script>alert(1)</script>".as_slice();
    let fields = [("room_code", "clinic"), ("reason_for_visit", "with a file")];

    for (name, kind, content, status) in [
        ("a.txt", "text/plain", large.as_slice(), 400),
        ("a.txt", "text/plain", huge.as_slice(), 413),
        ("a.html", "text/html", page, 400),
        ("a.pdf", "application/pdf", page, 400),
        ("a.png", "application/pdf", PDF, 400),
        ("a.exe", "application/octet-stream", b"MZ", 400),
        ("a.txt", "text/plain", b"", 400),
    ] {
        for path in ["intakes", "attachments"] {
            let answer = john.post_files(path, &fields, &[(name, kind, content)]).await;
            assert_eq!(answer.status, status, "{path} {name}: {answer}");
            assert_eq!(answer.json()["code"], status, "{answer}");
        }
    }
    let page = super::open(&john.browser().await, &realm, "/u/clinic").await;
    assert!(!page.shows("with a file"), "{}", page.answer);
    let eleven = [("a.txt", "text/plain", b"a".as_slice()); 11];
    refused(&john.post_files("intakes", &fields, &eleven).await, 400);
    refused(&john.post_files("attachments", &[], &[]).await, 400);
}

#[tokio::test]
async fn a_call_that_takes_no_files_says_so() {
    let realm = fresh_realm().await;
    let john = patient(&realm, "p-1").await;
    let intake = john.intake().await;

    let file = [("a.txt", "text/plain", b"a".as_slice())];
    let answer = john
        .post_files("visits/add_walkin", &[("intake_id", &intake)], &file)
        .await;

    refused(&answer, 400);
}
