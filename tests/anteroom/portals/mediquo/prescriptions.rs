//! `GET /api/v1/prescriptions/{code}` and `…/download`.

use std::process::Command;

use serde_json::json;

use super::{clinic, clinic_with, says};

const CODE: &str = "8da0198f-33fa-4dbf-8f50-bbefe6fe15c1";

#[tokio::test]
async fn the_documented_prescription_is_shown_with_its_link() {
    let clinic = clinic().await;
    let link = format!("{}/mediquo/api/v1/prescriptions/{CODE}/download", clinic.realm.issuer);
    let expected = json!({"data": {
        "patient": {"first_name": "John", "last_name": "Doe", "gender": "male", "birth_date": "1990-01-01"},
        "active_substances": ["Paracetamol", "Loratadina"],
        "download_url": link,
    }});

    for prefix in ["/api/v1", "/v1"] {
        let shown = clinic.get(&format!("{prefix}/prescriptions/{CODE}")).await.is_ok();
        assert_eq!(shown.text(), expected.to_string());
    }
}

#[tokio::test]
async fn the_field_tables_name_of_the_link_is_a_switch() {
    let clinic = clinic_with(json!({"prescription_url": true})).await;

    let shown = clinic
        .get(&format!("/api/v1/prescriptions/{CODE}"))
        .await
        .is_ok()
        .json();

    assert_eq!(shown["data"]["url"], shown["data"]["download_url"]);
}

#[tokio::test]
async fn the_download_is_a_pdf_whose_parts_are_where_it_says() {
    let clinic = clinic().await;

    let answer = clinic
        .get(&format!("/api/v1/prescriptions/{CODE}/download"))
        .await
        .is_ok();

    assert_eq!(answer.media_type(), "application/pdf");
    answer.is_not_stored();
    let text = answer.text();
    assert!(text.starts_with("%PDF-1.") && text.trim_end().ends_with("%%EOF"));
    // The table of objects, which a reader looks up at the end: each offset leads to its object.
    let bytes = &answer.body;
    let place = |needle: &[u8]| bytes.windows(needle.len()).rposition(|window| window == needle);
    let start = place(b"startxref").expect("startxref");
    let offset: usize = String::from_utf8_lossy(&bytes[start + 9..])
        .split_whitespace()
        .next()
        .unwrap()
        .parse()
        .unwrap();
    assert!(bytes[offset..].starts_with(b"xref"));
    let table = String::from_utf8_lossy(&bytes[offset..start]).into_owned();
    let used: Vec<usize> = table
        .lines()
        .filter(|line| line.trim_end().ends_with(" n"))
        .map(|line| line[..10].parse().unwrap())
        .collect();
    assert_eq!(used.len(), 6);
    for (number, offset) in (1..).zip(used) {
        assert!(
            bytes[offset..].starts_with(format!("{number} 0 obj").as_bytes()),
            "{number}"
        );
    }
    for said in ["(Patient: John Doe)", "(  Paracetamol)", "(  Loratadina)"] {
        assert!(text.contains(said), "{text}");
    }
    read_by_another_program(bytes);
}

/// Where there is one.
fn read_by_another_program(pdf: &[u8]) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("prescription.pdf");
    std::fs::write(&file, pdf).unwrap();
    if let Ok(done) = Command::new("pdftotext").arg(&file).arg("-").output() {
        let text = String::from_utf8_lossy(&done.stdout);
        assert!(done.status.success() && text.contains("Paracetamol"), "{text}");
    }
}

#[tokio::test]
async fn a_prescription_of_somebody_else_is_forbidden_and_an_unknown_one_not_found() {
    let clinic = clinic().await;
    for rest in ["", "/download"] {
        let theirs = format!("/api/v1/prescriptions/0192f1a2-0000-7000-8000-000000000001{rest}");
        says(clinic.get(&theirs).await, 403, "Forbidden");
        for unknown in ["00000000-0000-0000-0000-000000000000", "prescription", "%00"] {
            let answer = clinic.get(&format!("/api/v1/prescriptions/{unknown}{rest}")).await;
            let status = if unknown == "%00" { 400 } else { 404 };
            answer.has_status(status).is_json();
        }
    }
}
