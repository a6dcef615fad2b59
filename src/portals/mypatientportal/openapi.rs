//! The OpenAPI 3.1 document of the resource API, made from the route table.

use serde_json::json;
use utoipa::openapi::{
    Components, Content, HttpMethod, Info, OpenApi, OpenApiBuilder, PathItem, Paths, PathsBuilder, Ref, Required,
    Response, ResponseBuilder, ResponsesBuilder, Schema, Server,
    header::Header,
    path::{Operation, OperationBuilder, ParameterBuilder, ParameterIn},
    request_body::{RequestBody, RequestBodyBuilder},
    schema::{ComponentsBuilder, ObjectBuilder, Type},
    security::{AuthorizationCode, ClientCredentials, Flow, OAuth2, Scopes, SecurityRequirement, SecurityScheme},
};

use super::{
    access::Guests,
    call::Row,
    calls::CALLS,
    parameters::{Kind, Parameter},
    schemas::{read, schemas},
};
use crate::{portals::openapi::names_in_path, web::paths};

/// The name of the one security scheme.
const SCHEME: &str = "oauth2";

/// The document for the realm of this issuer. The API's address is relative to the document's, so that it
/// can be read under any name the server is reached by.
pub fn document(issuer: &str) -> OpenApi {
    OpenApiBuilder::new()
        .info(info())
        .servers(Some([Server::new(format!("../..{}", paths::PORTAL))]))
        .paths(paths())
        .components(Some(components(issuer)))
        .build()
}

fn info() -> Info {
    let mut info = Info::new("MyPatientPortal", "v1");
    info.description = Some(
        "The emulated patient portal: find a slot, book it, move it, cancel it. Methods and scopes are as documented; \
         paths and most member names are a reconstruction."
            .to_owned(),
    );
    info
}

fn paths() -> Paths {
    let mut paths = PathsBuilder::new();
    for row in CALLS {
        paths = paths.path(row.path, PathItem::new(method(row), operation(row)));
    }
    paths.build()
}

fn method(row: &Row) -> HttpMethod {
    match row.method.as_str() {
        "POST" => HttpMethod::Post,
        "PUT" => HttpMethod::Put,
        "DELETE" => HttpMethod::Delete,
        _ => HttpMethod::Get,
    }
}

fn operation(row: &Row) -> Operation {
    let mut operation = OperationBuilder::new()
        .operation_id(Some(row.operation_id))
        .summary(Some(row.summary))
        .description(Some(format!("Row {} of the documentation.", row.number)))
        .tag(row.tag)
        .security(SecurityRequirement::new(SCHEME, row.access.scopes.iter().copied()));
    if let Guests::With(any) = row.access.guests {
        for scope in any {
            operation = operation.security(SecurityRequirement::new(SCHEME, [*scope]));
        }
    }
    for name in names_in_path(row.path) {
        let id = ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Path)
            .required(Required::True);
        operation = operation.parameter(id.schema(Some(ObjectBuilder::new().schema_type(Type::String))));
    }
    for parameter in row.query {
        operation = operation.parameter(query_parameter(parameter));
    }
    operation = operation.request_body((!row.body.is_empty()).then(|| request_body(row.body)));
    operation.responses(responses(row)).build()
}

fn query_parameter(parameter: &Parameter) -> ParameterBuilder {
    ParameterBuilder::new()
        .name(parameter.name)
        .parameter_in(ParameterIn::Query)
        .required(if parameter.required {
            Required::True
        } else {
            Required::False
        })
        .description(Some(parameter.description))
        .schema(Some(schema_of(parameter.kind)))
}

fn request_body(members: &[Parameter]) -> RequestBody {
    let mut object = ObjectBuilder::new();
    for member in members {
        object = object.property(member.name, described(schema_of(member.kind), member.description));
        if member.required {
            object = object.required(member.name);
        }
    }
    let object = Schema::from(object);
    RequestBodyBuilder::new()
        .content("application/json", Content::new(Some(object.clone())))
        .content("application/x-www-form-urlencoded", Content::new(Some(object)))
        .required(members.iter().any(|member| member.required).then_some(Required::True))
        .build()
}

fn schema_of(kind: Kind) -> Schema {
    read(match kind {
        Kind::Integer => json!({"type": "integer", "minimum": 1}),
        Kind::Text => json!({"type": "string"}),
        Kind::Date => json!({"type": "string", "format": "date"}),
        Kind::Boolean => json!({"type": "boolean"}),
        Kind::Object => json!({"type": "object", "additionalProperties": true}),
    })
}

fn described(schema: Schema, description: &str) -> Schema {
    match schema {
        Schema::Object(mut object) => {
            object.description = Some(description.to_owned());
            Schema::Object(object)
        }
        other => other,
    }
}

fn responses(row: &Row) -> utoipa::openapi::Responses {
    let answer = Content::new(Some(Ref::from_schema_name(row.answer)));
    let mut responses = ResponsesBuilder::new().response(
        "200",
        ResponseBuilder::new()
            .description(row.summary)
            .content("application/json", answer),
    );
    for (status, description) in row.refusals {
        responses = responses.response(status.to_string(), refusal(*status, description));
    }
    responses = responses
        .response("401", Ref::from_response_name("Unauthorized"))
        .response("403", Ref::from_response_name("Forbidden"))
        .response("405", Ref::from_response_name("MethodNotAllowed"))
        .response("500", Ref::from_response_name("Failure"));
    if !row.body.is_empty() {
        responses = responses.response("413", Ref::from_response_name("BodyTooLarge"));
    }
    // A query can always be damaged, and under the explaining policy a header too.
    if !row.refusals.iter().any(|(status, _)| *status == 400) {
        responses = responses.response("400", refusal(400, "The request is malformed."));
    }
    responses.build()
}

fn refusal(status: u16, description: &str) -> Response {
    let schema = if status == 422 { "CommentFormInvalid" } else { "Error" };
    let content = Content::new(Some(Ref::from_schema_name(schema)));
    ResponseBuilder::new()
        .description(description)
        .content("application/json", content)
        .build()
}

fn components(issuer: &str) -> Components {
    let error = |description: &str| {
        let content = Content::new(Some(Ref::from_schema_name("Error")));
        ResponseBuilder::new()
            .description(description)
            .content("application/json", content)
    };
    let text = || ObjectBuilder::new().schema_type(Type::String);
    let challenged = |description| {
        error(description)
            .header("WWW-Authenticate", Header::new(text()))
            .build()
    };
    let mut components = ComponentsBuilder::new()
        .security_scheme(SCHEME, security_scheme(issuer))
        .response(
            "Unauthorized",
            challenged("There is no good token: unknown, expired or revoked."),
        )
        .response(
            "Forbidden",
            challenged("The token lacks scopes, or the insurance is not accepted here."),
        )
        .response(
            "MethodNotAllowed",
            error("Another method.").header("Allow", Header::new(text())).build(),
        )
        .response("BodyTooLarge", error("The body is larger than 64 KiB.").build())
        .response("Failure", error("Something went wrong on the server's side.").build());
    for (name, schema) in schemas() {
        components = components.schema(name, schema);
    }
    components.build()
}

fn security_scheme(issuer: &str) -> SecurityScheme {
    let token = format!("{issuer}{}", paths::TOKEN);
    let of_users = Scopes::from_iter([
        ("profile_read", "read the patient's profile"),
        ("appointment_read", "read appointments, and join video consultations"),
        ("appointment_write", "book, move and cancel appointments"),
    ]);
    let of_guests = Scopes::from_iter([
        ("appointment_guest_lookup", "look up guest bookings"),
        ("appointment_guest_write", "book and cancel for guests"),
    ]);
    SecurityScheme::OAuth2(OAuth2::new([
        Flow::AuthorizationCode(AuthorizationCode::new(
            format!("{issuer}{}", paths::AUTHORIZE),
            &token,
            of_users,
        )),
        Flow::ClientCredentials(ClientCredentials::new(&token, of_guests)),
    ]))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn written() -> Value {
        serde_json::to_value(document("http://portal.test")).expect("a document is JSON")
    }

    #[test]
    fn the_document_is_openapi_3_1_and_knows_every_row() {
        let document = written();

        assert_eq!(document["openapi"], "3.1.0");
        let operations = document["paths"].as_object().expect("paths").values();
        let operations: usize = operations.map(|path| path.as_object().expect("methods").len()).sum();
        assert_eq!(operations, CALLS.len());
        for row in CALLS {
            let operation = &document["paths"][row.path][row.method.as_str().to_ascii_lowercase()];
            assert_eq!(operation["security"][0][SCHEME], json!(row.access.scopes), "{row:?}");
        }
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let (broken, all) = crate::portals::openapi::broken_references(&written());

        assert!(all > 60, "{all}");
        assert_eq!(broken, [""; 0]);
    }

    #[test]
    fn schemas_survive_being_read_as_such() {
        let document = written();
        let earlier = &document["components"]["schemas"]["EarlierAvailabilityAnswer"];

        assert_eq!(
            document["components"]["schemas"]["Insurance"]["required"],
            json!(["id", "name", "type"])
        );
        assert_eq!(
            earlier["properties"]["data"]["properties"]["availability"]["oneOf"][1],
            json!({"type": "null"})
        );
        assert_eq!(
            document["components"]["schemas"]["Appointment"]["properties"]["cancelled_at"]["type"],
            json!(["string", "null"])
        );
        assert_eq!(
            document["components"]["schemas"]["Type"]["properties"]["comment_form"]["type"],
            json!(["array", "null"])
        );
    }

    #[test]
    fn the_addresses_of_the_flows_are_the_realms() {
        let document = written();
        let flows = &document["components"]["securitySchemes"][SCHEME]["flows"];

        assert_eq!(
            flows["authorizationCode"]["authorizationUrl"],
            "http://portal.test/oauth/authorize"
        );
        assert_eq!(flows["clientCredentials"]["tokenUrl"], "http://portal.test/oauth/token");
        assert_eq!(document["servers"][0]["url"], "../../api/portal/v1");
    }
}
