//! The OpenAPI 3.1 document of the resource API, made from the table of calls.

use serde_json::{Value, json};

use super::{
    access::{Access, Guests},
    call::{Handler, Operation},
    calls::CALLS,
    schemas,
};
use crate::{
    api::{
        openapi::{Conventions, Document, json_content},
        schema::{schema, text},
    },
    web::paths,
};

/// The name of the one security scheme.
const SCHEME: &str = "oauth2";

/// The document for the realm of this issuer. The address of the API is relative to the document's, so that it can be
/// read under any name of the server.
pub fn document(issuer: &str) -> Value {
    let document = Document {
        info: json!({
            "title": "MyPatientPortal",
            "version": "v1",
            "description": "The emulated patient portal: find a slot, book it, move it, cancel it. Methods and scopes \
                are as documented; paths and most member names are a reconstruction.",
        }),
        servers: json!([{"url": format!("../..{}", paths::PORTAL)}]),
        security: None,
        components: json!({
            "securitySchemes": {SCHEME: security_scheme(issuer)},
            "responses": responses(),
            "schemas": schemas::named(),
        }),
    };
    document.write(CALLS, &MyPatientPortal)
}

/// What all operations have in common.
struct MyPatientPortal;

impl Conventions<Handler, Access> for MyPatientPortal {
    fn description(&self, operation: &Operation) -> Option<String> {
        Some(format!("Row {} of the documentation.", operation.access.row))
    }

    fn security(&self, operation: &Operation) -> Option<Value> {
        let requirement = |scopes: &[&str]| json!({SCHEME: scopes});
        let mut requirements = vec![requirement(operation.access.scopes)];
        if let Guests::With(any) = operation.access.guests {
            requirements.extend(any.iter().map(|scope| requirement(&[scope])));
        }
        Some(requirements.into())
    }

    fn refusal(&self, status: u16, description: &str) -> Value {
        refusal(description, if status == 422 { "CommentFormInvalid" } else { "Error" })
    }

    fn common_responses(&self, operation: &Operation) -> Vec<(u16, &'static str)> {
        let mut responses = vec![
            (400, "BadRequest"),
            (401, "Unauthorized"),
            (403, "Forbidden"),
            (405, "MethodNotAllowed"),
            (500, "Failure"),
        ];
        if operation.body.is_read() {
            responses.push((413, "BodyTooLarge"));
        }
        responses
    }
}

fn refusal(description: &str, name: &str) -> Value {
    json!({"description": description, "content": json_content(schema(name))})
}

fn responses() -> Value {
    let error = |description| refusal(description, "Error");
    let with_header = |description, header: &str| {
        let mut response = error(description);
        response["headers"] = json!({header: {"schema": text()}});
        response
    };
    json!({
        "BadRequest": error("The request is malformed."),
        "Unauthorized": with_header("The token is missing, unknown, expired or revoked.", "WWW-Authenticate"),
        "Forbidden": with_header("The token lacks scopes, or the insurance is not accepted.", "WWW-Authenticate"),
        "MethodNotAllowed": with_header("The path does not have this method.", "Allow"),
        "BodyTooLarge": error("The body is larger than 64 KiB."),
        "Failure": error("The server failed."),
    })
}

fn security_scheme(issuer: &str) -> Value {
    let token = format!("{issuer}{}", paths::TOKEN);
    json!({
        "type": "oauth2",
        "flows": {
            "authorizationCode": {
                "authorizationUrl": format!("{issuer}{}", paths::AUTHORIZE),
                "tokenUrl": token,
                "scopes": {
                    "profile_read": "read the profile of the patient",
                    "appointment_read": "read appointments, and join video consultations",
                    "appointment_write": "book, move and cancel appointments",
                },
            },
            "clientCredentials": {
                "tokenUrl": token,
                "scopes": {
                    "appointment_guest_lookup": "read appointments of guests",
                    "appointment_guest_write": "book and cancel appointments for guests",
                },
            },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::checks::broken_references;

    fn written() -> Value {
        document("http://portal.test")
    }

    #[test]
    fn the_document_is_openapi_3_1_and_has_every_call() {
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
        let (broken, all) = broken_references(&written());

        assert!(all > 60, "{all}");
        assert_eq!(broken, [""; 0]);
    }

    #[test]
    fn schemas_say_what_may_be_null() {
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
