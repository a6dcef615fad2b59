//! Malformed or unusual response bodies.

use http::{StatusCode, header};

use super::{Effect, Needs, Row};
use crate::{
    faults::{
        effects::{gzip, set},
        parameter::{Kind, Parameter},
    },
    web::endpoint::{self, Selection},
};

const SHAPE: Row = Row {
    family: "Shape of the answer",
    endpoints: Selection::Machines,
    needs: Needs::Json,
    ..Row::PLAIN
};

pub const ROWS: &[Row] = &[
    Row {
        name: "json_truncated",
        does: "The JSON is cut off in the middle; `Content-Length` matches the shorter body.",
        good_client: "Reports an error and uses no part of the body.",
        section: "RFC 8259 §2",
        effect: Effect::Answer(|_, answer| answer.body = answer.body.slice(..answer.body.len() / 2)),
        ..SHAPE
    },
    Row {
        name: "content_type_wrong",
        does: "The body is JSON, but `Content-Type` is `text/html` or `text/plain`.",
        good_client: "Reports an error, or reads the JSON anyway. Does not crash.",
        section: "RFC 6749 §5.1, RFC 9110 §8.3",
        parameters: &[Parameter {
            name: "type",
            kind: Kind::Choice(&["text/html", "text/plain", "application/octet-stream"]),
            meaning: "The value of `Content-Type`.",
        }],
        effect: Effect::Answer(|call, answer| answer.set_type(call.parameters.text("type"))),
        ..SHAPE
    },
    Row {
        name: "html_error_page",
        does: "The body is an HTML page like that of a proxy, with status 502 or even 200. The request has been \
            processed.",
        good_client: "Shows an error with the status. Shows neither the parser's error nor the page.",
        section: "RFC 6749 §5.2",
        parameters: &[
            Parameter {
                name: "status",
                kind: Kind::Integer {
                    least: 200,
                    most: 599,
                    usual: 502,
                },
                meaning: "The status of the page.",
            },
            Parameter {
                name: "type",
                kind: Kind::Choice(&["text/html", "application/json"]),
                meaning: "The value of `Content-Type`.",
            },
        ],
        needs: Needs::Nothing,
        effect: Effect::Answer(|call, answer| {
            let page = "<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head>\n\
                        <body><h1>502 Bad Gateway</h1><p>some proxy</p></body></html>\n";
            answer.status = StatusCode::from_u16(call.parameters.status()).unwrap_or(StatusCode::BAD_GATEWAY);
            answer.set_type(call.parameters.text("type"));
            answer.body = page.into();
        }),
        ..SHAPE
    },
    Row {
        name: "unknown_members",
        does: "The object has an unknown member.",
        good_client: "Ignores it and continues.",
        section: "RFC 6749 §5.1, RFC 7517 §4",
        effect: Effect::Document(|_, document| {
            set(
                document,
                "x_anteroom",
                serde_json::json!({"nested": [true, null, {"deeper": 1}]}),
            );
        }),
        ..SHAPE
    },
    Row {
        name: "duplicate_members",
        does: "A member occurs twice, with different values: `access_token` at the token endpoint, `sub` at userinfo.",
        good_client: "Rejects the answer, or always uses the last value.",
        section: "RFC 8259 §4, RFC 7493 §2.3",
        endpoints: Selection::These(&[&endpoint::TOKEN, &endpoint::USERINFO]),
        effect: Effect::Answer(|call, answer| {
            let at_userinfo = call.asked.endpoint.is(&endpoint::USERINFO);
            let name = if at_userinfo { "sub" } else { "access_token" };
            answer.insert_in_front(&format!("\"{name}\":\"the-other-one\","));
        }),
        ..SHAPE
    },
    Row {
        name: "huge_answer",
        does: "The answer is very large: many bytes, many members, one long string, or deep nesting.",
        good_client: "Stops reading at a limit of its own and reports an error. Detects when a token is too long \
            for a cookie or header.",
        section: "RFC 8259 §9",
        parameters: &[
            Parameter {
                name: "form",
                kind: Kind::Choice(&["body", "members", "text", "depth"]),
                meaning: "What is large: spaces after the object, the number of members, one string, or the nesting.",
            },
            Parameter {
                name: "size",
                kind: Kind::Integer {
                    least: 1,
                    most: 67_108_864,
                    usual: 10_485_760,
                },
                meaning: "The approximate size, in bytes.",
            },
        ],
        effect: Effect::Answer(|call, answer| {
            let size = usize::try_from(call.parameters.integer("size")).unwrap_or_default();
            match call.parameters.text("form") {
                "members" => {
                    let members = (0..size / 16).map(|number| format!("\"x{number:09}\":1,"));
                    answer.insert_in_front(&members.collect::<String>());
                }
                "text" => answer.insert_in_front(&format!("\"x\":\"{}\",", "x".repeat(size))),
                "depth" => {
                    let depth = size / 2;
                    answer.insert_in_front(&format!("\"x\":{}{},", "[".repeat(depth), "]".repeat(depth)));
                }
                _ => answer.body = [&answer.body[..], &vec![b' '; size]].concat().into(),
            }
        }),
        ..SHAPE
    },
    Row {
        name: "compressed_or_bom",
        does: "The body begins with a byte order mark, or is compressed with gzip though the request did not accept \
            it.",
        good_client: "Decodes gzip only if it requested it. Skips the byte order mark or reports an error.",
        section: "RFC 9110 §8.4, RFC 8259 §8.1",
        parameters: &[Parameter {
            name: "form",
            kind: Kind::Choice(&["bom", "gzip"]),
            meaning: "Which of the two happens.",
        }],
        effect: Effect::Answer(|call, answer| match call.parameters.text("form") {
            "gzip" => {
                answer.body = gzip(&answer.body).into();
                answer.set_header(header::CONTENT_ENCODING, "gzip");
            }
            _ => answer.body = [b"\xef\xbb\xbf", &answer.body[..]].concat().into(),
        }),
        ..SHAPE
    },
];
