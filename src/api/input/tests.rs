use http::{HeaderValue, header::CONTENT_TYPE};
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::json;

use super::*;
use crate::api::schema::text;

const ACCEPTED: &[&str] = &[JSON, FORM, MULTIPART];
const IN_PARTS: &str = "multipart/form-data; boundary=x";

fn headers(content_type: &'static str) -> HeaderMap {
    HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(content_type))])
}

fn read(content_type: &'static str, body: &str) -> Result<Input, InputError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    let body = Bytes::copy_from_slice(body.as_bytes());
    runtime.block_on(Input::of_body_with_files(&headers(content_type), body, ACCEPTED))
}

fn json_of(input: Result<Input, InputError>) -> Value {
    Value::Object(input.expect("sound").into_members())
}

#[test]
fn json_forms_and_multipart_are_read_alike() {
    let multipart = "--x\r\nContent-Disposition: form-data; name=\"room[code]\"\r\n\r\nclinic\r\n\
                     --x\r\nContent-Disposition: form-data; name=\"files[]\"\r\n\r\na\r\n--x--\r\n";
    for said in [
        read(
            "application/json; charset=utf-8",
            r#"{"room": {"code": "clinic"}, "files": ["a"]}"#,
        ),
        read(FORM, "room%5Bcode%5D=clinic&files[]=a"),
        read(IN_PARTS, multipart),
    ] {
        assert_eq!(json_of(said), json!({"room": {"code": "clinic"}, "files": ["a"]}));
    }
}

#[test]
fn a_file_comes_with_its_name_and_type_and_an_empty_field_is_none() {
    let body = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\
                Content-Type: text/plain\r\n\r\nhello\r\n\
                --x\r\nContent-Disposition: form-data; name=\"other\"; filename=\"\"\r\n\r\n\r\n--x--\r\n";

    let said = read(IN_PARTS, body).expect("sound");

    let [file] = said.files() else { panic!("one file") };
    assert_eq!((file.name.as_str(), file.media_type.as_str()), ("a.txt", "text/plain"));
    assert_eq!(file.content, "hello");
    assert!(said.members().is_empty());
}

#[test]
fn a_body_of_blanks_says_nothing_whatever_its_type() {
    for content_type in ["text/plain", "", JSON, MULTIPART] {
        assert_eq!(json_of(read(content_type, " \n")), json!({}));
    }
}

#[test]
fn what_is_damaged_or_ambiguous_or_of_another_type_is_refused() {
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(1000), "]".repeat(1000));
    for (content_type, body) in [
        ("text/plain", "a=1"),
        ("", "{}"),
        (JSON, "a=1"),
        (JSON, "[]"),
        (JSON, "null"),
        (JSON, "{\"a\":1,\"a\":1}"),
        (JSON, "{\"a\":{\"b\":1,\"b\":2}}"),
        (JSON, "{\"a\":\"\\ud800\"}"),
        (JSON, deep.as_str()),
        (FORM, "a=1&a=2"),
        (FORM, "a=1&a[b]=2"),
        (FORM, "a[b]=1&a[]=2"),
        (FORM, "a[b][c][d][e]=1"),
        (FORM, "a=%ff"),
        (FORM, "a=%zz"),
        (FORM, "a[=1"),
        (MULTIPART, "x"),
        (IN_PARTS, "x"),
        (
            IN_PARTS,
            "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--x\r\n\
             Content-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--x--\r\n",
        ),
    ] {
        assert!(read(content_type, body).is_err(), "{content_type}: {body}");
    }
}

#[test]
fn only_what_is_accepted_is_read() {
    let refused = Input::of_body(&headers(FORM), b"a=1", &[JSON]).expect_err("JSON only");

    assert_eq!(refused.to_string(), "the body is expected as application/json");
}

#[test]
fn the_zero_character_is_refused_wherever_it_is_and_its_place_is_named() {
    for (content_type, body, place) in [
        (JSON, r#"{"a":"\u0000"}"#, "a"),
        (JSON, r#"{"a":{"b":["x","y\u0000"]}}"#, "a.b[1]"),
        (JSON, r#"{"a":{"b\u0000":1}}"#, "a.b?"),
        (FORM, "a=%00", "a"),
        (FORM, "a%00=b", "a?"),
        (
            IN_PARTS,
            "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\0\r\n--x--\r\n",
            "a",
        ),
    ] {
        let refused = read(content_type, body).expect_err(body);
        assert_eq!(
            refused.to_string(),
            format!("`{place}`: the character U+0000 is not accepted")
        );
    }
    assert!(Input::of_query(Some("from=2025-06-02%00")).is_err());
    assert!(Query::read(Some("from=2025-06-02%00")).is_err());
}

#[tokio::test]
async fn a_body_has_its_bounds() {
    assert!(read_bytes(Body::from("abc"), 3).await.is_ok());
    assert_eq!(
        read_bytes(Body::from("abcd"), 3).await,
        Err(InputError::TooLarge { most: 3 })
    );
}

#[test]
fn a_query_says_nothing_twice_and_its_brackets_mean_nothing() {
    let query = Query::read(Some("code=a&tag[]=b&empty=")).expect("sound");

    assert_eq!(query.get("tag[]"), Some("b"));
    assert_eq!((query.get("empty"), query.get("other")), (Some(""), None));
    assert_eq!(query.unknown(&[Parameter::optional("code", text, "")]), Some("tag[]"));
    for wrong in ["code=a&code=a", "code=%zz", "code=%ff"] {
        assert!(Query::read(Some(wrong)).is_err(), "{wrong}");
    }
}

#[test]
fn a_structure_is_read_strictly() {
    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Clock {
        rate: Option<u32>,
    }
    let read = |body: &str| read_json::<Clock>(&headers(JSON), body.as_bytes());

    assert_eq!(read(r#"{"rate": 60}"#), Ok(Clock { rate: Some(60) }));
    assert_eq!(read(""), Ok(Clock { rate: None }));
    for wrong in [r#"{"rate": -1}"#, r#"{"speed": 1}"#, "[]", r#"{"rate":1,"rate":1}"#] {
        assert!(read(wrong).is_err(), "{wrong}");
    }
}

const DOCUMENTED: &[Parameter] = &[Parameter::optional("member", text, "")];

fn member(value: Value) -> Input {
    Input {
        members: Map::from_iter([("member".to_owned(), value)]),
        files: Vec::new(),
    }
}

#[test]
fn blank_is_absent() {
    for blank in [json!(null), json!(""), json!(" ")] {
        let input = member(blank);
        let reader = input.reader(DOCUMENTED);

        assert_eq!((reader.text("member"), reader.id("member")), (Ok(None), Ok(None)));
        assert!(matches!(
            reader.required_text("member"),
            Err(FieldError::Missing { .. })
        ));
    }
}

#[test]
fn an_id_is_a_positive_whole_number() {
    let id = |value: Value| member(value).reader(DOCUMENTED).id("member").ok().flatten();

    assert_eq!((id(json!(136)), id(json!("136"))), (Some(136), Some(136)));
    for wrong in [
        json!(0),
        json!(-1),
        json!(1.5),
        json!("+1"),
        json!("1e3"),
        json!("99999999999999999999"),
        json!(true),
        json!([1]),
    ] {
        assert_eq!(id(wrong.clone()), None, "{wrong}");
    }
}

#[test]
fn a_boolean_is_said_in_few_ways() {
    let boolean = |value: Value| member(value).reader(DOCUMENTED).boolean("member").ok().flatten();

    assert_eq!((boolean(json!(true)), boolean(json!("1"))), (Some(true), Some(true)));
    assert_eq!(
        (boolean(json!(false)), boolean(json!("false"))),
        (Some(false), Some(false))
    );
    assert_eq!((boolean(json!("yes")), boolean(json!(1))), (None, None));
}

#[test]
fn what_is_not_documented_is_there_as_it_came() {
    let input = json_of(read(JSON, r#"{"member": 1, "other": {"b": [1, null]}, "empty": ""}"#));
    let Value::Object(members) = input else {
        panic!("an object")
    };
    let input = Input {
        members,
        files: Vec::new(),
    };

    let others = input.reader(DOCUMENTED).others();

    assert_eq!(Value::Object(others), json!({"other": {"b": [1, null]}, "empty": ""}));
}

proptest! {
    #[test]
    fn no_bytes_break_the_reading(body in "(--x|\r\n|Content-Disposition: form-data; name=|[a-z\"=;:{}\\[\\]&%0-9]){0,30}") {
        for content_type in [IN_PARTS, JSON, FORM] {
            let _ = read(content_type, &body);
        }
        let _ = (Input::of_query(Some(&body)), Query::read(Some(&body)));
    }
}
