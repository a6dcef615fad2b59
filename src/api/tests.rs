//! A small API, made as [`super`] describes.

use axum::response::{IntoResponse as _, Response};
use futures_util::future::BoxFuture;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use super::{
    checks::{broken_references, flaws},
    input::{FieldError, Input, InputError},
    openapi::{Conventions, Document, json_content},
    operation::{Answer, Body, Operation, Parameter},
    refused::{ApiError, ErrorForm, Refused},
    schema,
};
use crate::{
    model::Refusal,
    web::media_type::{FORM, JSON},
};

/// A person who is greeted.
#[derive(Debug, Serialize, JsonSchema)]
struct Greeting {
    /// The name, as it was sent.
    name: String,
}

struct Call {
    operation: &'static Operation<Handler, Access>,
    query: Input,
    body: Input,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    Public,
    Key,
}

type Handler = for<'a> fn(&'a Call) -> BoxFuture<'a, Result<Greeting, Error>>;
type Error = ApiError<Text>;

#[derive(Debug)]
struct Text(String);

impl ErrorForm for Text {
    type Settings = ();

    fn refused(refused: &Refused<Self>, (): &()) -> Response {
        (refused.status, refused.form.0.clone()).into_response()
    }

    fn failed(status: StatusCode, (): &()) -> Response {
        status.into_response()
    }
}

impl From<InputError> for Error {
    fn from(error: InputError) -> Self {
        let refusal = Refusal::new("unreadable", error.to_string());
        Self::new(StatusCode::BAD_REQUEST, Text(error.to_string()), refusal)
    }
}

impl From<FieldError> for Error {
    fn from(error: FieldError) -> Self {
        let name = match &error {
            FieldError::Missing { name } | FieldError::Malformed { name, .. } => name.clone(),
        };
        Self::new(
            StatusCode::BAD_REQUEST,
            Text(name),
            Refusal::new("field", "a field is wrong"),
        )
    }
}

static CALLS: &[Operation<Handler, Access>] = &[
    Operation {
        method: Method::GET,
        path: "/greetings/{language}",
        id: "greet",
        tag: "Greetings",
        summary: "A greeting",
        access: Access::Public,
        query: &[Parameter::required("name", schema::text, "Who is greeted.")],
        body: Body::Nothing,
        answer: Answer::json(schema::of_answer::<Greeting>),
        refusals: &[(404, "There is no such language.")],
        handler: |call| Box::pin(greet(call)),
    },
    Operation {
        method: Method::POST,
        path: "/greetings/{language}",
        id: "addGreeting",
        tag: "Greetings",
        summary: "Add a greeting",
        access: Access::Key,
        query: &[],
        body: Body::Members {
            members: &[Parameter::required("name", schema::text, "Who is greeted.")],
            open: true,
            media_types: &[JSON, FORM],
            files: None,
        },
        answer: Answer::json(schema::of_answer::<Greeting>).described("The greeting that was added."),
        refusals: &[],
        handler: |call| Box::pin(add(call)),
    },
];

async fn greet(call: &Call) -> Result<Greeting, Error> {
    let name = call
        .query
        .reader(call.operation.query)
        .required_text("name")?
        .to_owned();
    Ok(Greeting { name })
}

async fn add(call: &Call) -> Result<Greeting, Error> {
    let name = call.body.reader(call.operation.body.members()).required_text("name")?;
    Ok(Greeting { name: name.to_owned() })
}

struct InCommon;

impl Conventions<Handler, Access> for InCommon {
    fn security(&self, operation: &Operation<Handler, Access>) -> Option<Value> {
        Some(match operation.access {
            Access::Public => json!([]),
            Access::Key => json!([{"key": []}]),
        })
    }

    fn refusal(&self, _: u16, description: &str) -> Value {
        json!({"description": description, "content": json_content(schema::schema("Error"))})
    }

    fn common_responses(&self, operation: &Operation<Handler, Access>) -> Vec<(u16, &'static str)> {
        let mut common = vec![(400, "Malformed"), (404, "Unknown")];
        common.extend(operation.writes().then_some((401, "Unauthorized")));
        common
    }
}

fn document() -> Value {
    let response = |description: &str| InCommon.refusal(400, description);
    let document = Document {
        info: json!({"title": "Greetings", "version": "1"}),
        servers: json!([{"url": ".."}]),
        security: None,
        components: json!({
            "schemas": {"Error": schema::text()},
            "responses": {
                "Malformed": response("Malformed."), "Unknown": response("Unknown."), "Unauthorized": response("No key."),
            },
        }),
    };
    document.write(CALLS, &InCommon)
}

async fn call(operation: &'static Operation<Handler, Access>, query: &str, body: &str) -> Result<String, Error> {
    let form = HeaderValue::from_static(FORM);
    let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, form)]);
    let call = Call {
        operation,
        query: Input::of_query(Some(query))?,
        body: Input::of_body(&headers, body.as_bytes(), &[JSON, FORM])?,
    };
    Ok((operation.handler)(&call).await?.name)
}

#[test]
fn the_table_has_no_flaws() {
    assert_eq!(flaws(CALLS), [""; 0]);
}

#[tokio::test]
async fn a_handler_is_in_its_row() {
    assert_eq!(call(&CALLS[0], "name=Anne", "").await.ok().as_deref(), Some("Anne"));
    assert_eq!(
        call(&CALLS[1], "", "name=Ben&other=1").await.ok().as_deref(),
        Some("Ben")
    );
    assert!(call(&CALLS[0], "", "").await.is_err());
    assert!(call(&CALLS[0], "name=a&name=b", "").await.is_err());
}

#[test]
fn the_document_says_what_the_table_says() {
    let document = document();
    let path = &document["paths"]["/greetings/{language}"];

    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["tags"], json!([{"name": "Greetings"}]));
    assert_eq!(path["get"]["operationId"], "greet");
    assert_eq!(
        path["get"]["parameters"],
        json!([
            {"name": "language", "in": "path", "required": true, "schema": {"type": "string"}},
            {"name": "name", "in": "query", "required": true, "description": "Who is greeted.", "schema": {"type": "string"}},
        ])
    );
    assert_eq!(path["get"]["responses"]["200"]["description"], "A greeting");
    assert_eq!(
        path["get"]["responses"]["404"]["description"],
        "There is no such language."
    );
    assert_eq!(
        path["get"]["responses"]["400"]["$ref"],
        "#/components/responses/Malformed"
    );
    assert_eq!(path["post"]["security"], json!([{"key": []}]));
    assert_eq!(path["post"]["requestBody"]["required"], true);
    let form = &path["post"]["requestBody"]["content"][FORM]["schema"];
    assert_eq!(form["required"], json!(["name"]));
    assert_eq!(form["additionalProperties"], true);
    assert_eq!(
        path["post"]["responses"]["200"]["description"],
        "The greeting that was added."
    );
    assert_eq!(
        path["post"]["responses"]["200"]["content"][JSON]["schema"]["properties"]["name"]["description"],
        "The name, as it was sent."
    );
}

#[test]
fn every_reference_leads_somewhere_and_one_that_does_not_is_found() {
    assert_eq!(broken_references(&document()), (Vec::new(), 8));

    let broken = json!({"a": {"$ref": "#/b"}, "c": [{"$ref": "#/d"}], "b": {}});
    assert_eq!(broken_references(&broken), (vec!["#/d".to_owned()], 2));
}
