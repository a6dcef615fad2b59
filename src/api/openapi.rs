//! The writer of every OpenAPI 3.1 document: from a table of operations, and from what an API says once for all of
//! them.

use http::Method;
use serde_json::{Map, Value, json};

use super::{
    operation::{Answer, Body, Content, Operation, Parameter},
    schema::{described, text},
};
use crate::web::media_type::{JSON, MULTIPART};

/// What a document says beside its operations.
#[derive(Clone, Debug)]
pub struct Document {
    /// The Info Object: `title`, `version`, `description`.
    pub info: Value,
    /// A list of Server Objects. Addresses relative to the document's own let it be read under any name of the server.
    pub servers: Value,
    /// Who may call operations that do not say so themselves ([`Conventions::security`]).
    pub security: Option<Value>,
    /// The Components Object: schemas, responses, headers, security schemes.
    pub components: Value,
}

/// What the operations of one API have in common.
pub trait Conventions<H, A> {
    /// Parameters besides those of the path and the query, such as a header.
    fn parameters(&self, _operation: &Operation<H, A>) -> Vec<Value> {
        Vec::new()
    }

    /// More than the summary says.
    fn description(&self, _operation: &Operation<H, A>) -> Option<String> {
        None
    }

    /// A list of Security Requirement Objects; `None`: those of the document.
    fn security(&self, _operation: &Operation<H, A>) -> Option<Value> {
        None
    }

    /// The Response Object of a refusal that an operation lists.
    fn refusal(&self, status: u16, description: &str) -> Value;

    /// What can happen to any request of this kind: the status, and the name among the document's
    /// `components/responses`. Where the operation lists a refusal of the same status, that is shown.
    fn common_responses(&self, operation: &Operation<H, A>) -> Vec<(u16, &'static str)>;

    /// Headers of every answer.
    fn answer_headers(&self) -> Option<Value> {
        None
    }
}

impl Document {
    /// The document, in the order of the table.
    pub fn write<'a, H: 'a, A: 'a>(
        self,
        operations: impl IntoIterator<Item = &'a Operation<H, A>>,
        conventions: &impl Conventions<H, A>,
    ) -> Value {
        let (mut paths, mut tags) = (Map::new(), Vec::new());
        for operation in operations {
            let item = paths.entry(operation.path).or_insert_with(|| json!({}));
            item[method(&operation.method)] = write_operation(operation, conventions);
            let tag = json!({"name": operation.tag});
            if !tags.contains(&tag) {
                tags.push(tag);
            }
        }
        let mut document = json!({"openapi": "3.1.0", "info": self.info, "servers": self.servers});
        if let Some(security) = self.security {
            document["security"] = security;
        }
        document["tags"] = tags.into();
        document["paths"] = paths.into();
        document["components"] = self.components;
        document
    }
}

/// A method as a Path Item Object names it: `get`.
pub fn method(method: &Method) -> String {
    method.as_str().to_ascii_lowercase()
}

fn write_operation<H, A>(operation: &Operation<H, A>, conventions: &impl Conventions<H, A>) -> Value {
    let mut written = json!({
        "operationId": operation.id,
        "tags": [operation.tag],
        "summary": operation.summary,
    });
    if let Some(description) = conventions.description(operation) {
        written["description"] = description.into();
    }
    if let Some(security) = conventions.security(operation) {
        written["security"] = security;
    }
    let in_path = names_in_path(operation.path)
        .map(|name| json!({"name": name, "in": "path", "required": true, "schema": text()}));
    let in_query = operation.query.iter().map(parameter_in_query);
    let parameters: Vec<_> = in_path
        .chain(conventions.parameters(operation))
        .chain(in_query)
        .collect();
    if !parameters.is_empty() {
        written["parameters"] = parameters.into();
    }
    if let Some(body) = request_body(&operation.body) {
        written["requestBody"] = body;
    }
    written["responses"] = responses(operation, conventions);
    written
}

/// The placeholders of a path: `/patients/{code}` → `code`.
pub fn names_in_path(path: &str) -> impl Iterator<Item = &str> {
    path.split(['{', '}']).skip(1).step_by(2)
}

fn parameter_in_query(parameter: &Parameter) -> Value {
    json!({
        "name": parameter.name,
        "in": "query",
        "required": parameter.required,
        "description": parameter.description,
        "schema": (parameter.schema)(),
    })
}

fn request_body(body: &Body) -> Option<Value> {
    match body {
        Body::Nothing => None,
        Body::Json { schema, required } => Some(json!({"required": required, "content": json_content(schema())})),
        Body::Members {
            members,
            open,
            media_types,
            files,
        } => {
            let schema = object(members, *open);
            let content = media_types.iter().map(|media_type| {
                let mut schema = schema.clone();
                if let (MULTIPART, Some(files)) = (*media_type, files) {
                    let file = json!({"type": "string", "contentMediaType": "application/octet-stream"});
                    schema["properties"]["file"] = described(file, files);
                }
                ((*media_type).to_owned(), json!({"schema": schema}))
            });
            let required = members.iter().any(|member| member.required);
            Some(json!({"required": required, "content": content.collect::<Map<_, _>>()}))
        }
    }
}

fn object(members: &[Parameter], open: bool) -> Value {
    let properties = members.iter().map(|member| {
        let schema = described((member.schema)(), member.description);
        (member.name.to_owned(), schema)
    });
    let required = members.iter().filter(|member| member.required);
    let required: Vec<_> = required.map(|member| member.name).collect();
    let mut object = json!({"type": "object", "properties": properties.collect::<Map<_, _>>(), "required": required});
    if open {
        object["additionalProperties"] = true.into();
    }
    object
}

fn responses<H, A>(operation: &Operation<H, A>, conventions: &impl Conventions<H, A>) -> Value {
    let Answer {
        status,
        description,
        content,
    } = operation.answer;
    let mut answer = json!({"description": description.unwrap_or(operation.summary)});
    if let Some(headers) = conventions.answer_headers() {
        answer["headers"] = headers;
    }
    match content {
        Content::Nothing => {}
        Content::Json(schema) => answer["content"] = json_content(schema()),
        Content::Bytes(media_type) => answer["content"] = json!({media_type: {}}),
    }
    let mut responses = Map::from_iter([(status.to_string(), answer)]);
    for (status, description) in operation.refusals {
        responses.insert(status.to_string(), conventions.refusal(*status, description));
    }
    for (status, name) in conventions.common_responses(operation) {
        responses.entry(status.to_string()).or_insert_with(|| response(name));
    }
    responses.into()
}

/// `{"$ref": …}`: one of the document's own responses.
fn response(name: &str) -> Value {
    json!({"$ref": format!("#/components/responses/{name}")})
}

/// JSON of this schema, as the `content` of a body or an answer.
pub fn json_content(schema: Value) -> Value {
    json!({JSON: {"schema": schema}})
}
