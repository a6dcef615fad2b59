//! `POST /v1/messages`: a welcome message of a professional to a patient, shown in the widget.

use serde_json::{Value, json};

use super::{
    call::{Call, Reply},
    error::{self, Result},
    input::Validation,
    model::Message,
    patients,
    store::{appointments as store, organizations},
};

/// The longest message, in characters.
const LONGEST_MESSAGE: usize = 10_000;
/// How many senders can be proposed.
const MOST_CANDIDATES: usize = 100;

/// The sender is the first of the candidates.
pub async fn send(call: &Call) -> Result<Reply> {
    let mut validation = Validation::default();
    let mut fields = validation.fields("", &call.body);
    fields.require("text");
    let text = fields.text_up_to("text", LONGEST_MESSAGE).unwrap_or_default();
    fields.require("type");
    fields.choice("type", &["welcome"]);
    let patient_code = fields.required_text("patient_code");
    let candidates = candidates(call, &mut validation);
    validation.finish()?;

    let (patient, sender) = {
        let mut conn = call.read().await?;
        let patient = patients::find(call, &mut conn, &patient_code).await?;
        let mut sender = None;
        for (number, hash) in candidates.iter().enumerate() {
            let found = organizations::find_professional(&mut conn, call.realm.id, hash).await?;
            let field = format!("sender_candidates.{number}");
            let (found, organization) =
                found.ok_or_else(|| error::invalid_field(&field, &format!("The selected {field} is invalid.")))?;
            error::forbidden("the professional belongs to another organization")
                .when(organization != call.organization.id)?;
            sender = sender.or(Some(found.hash));
        }
        (patient, sender)
    };
    let unknown = || error::invalid_field("patient_code", "The selected patient_code is invalid.");
    let message = Message {
        id: call.realm.random.id(call.now),
        patient_code: patient.ok_or_else(unknown)?.code,
        professional_hash: sender,
        text,
        sent_at: call.now,
    };
    let mut tx = call.app.database.write_once().await?;
    store::insert_message(&mut tx, call.realm.id, &call.organization.id, &message).await?;
    // Misspelt on the wire.
    Ok(json!({"message": "Welcome message sent succesfully"}).into())
}

fn candidates(call: &Call, validation: &mut Validation) -> Vec<String> {
    let entries = match call.body.get("sender_candidates") {
        None | Some(Value::Null) => return Vec::new(),
        Some(Value::Array(entries)) if entries.len() <= MOST_CANDIDATES => entries,
        Some(Value::Array(_)) => {
            let wrong = format!("The sender_candidates may not have more than {MOST_CANDIDATES} items.");
            validation.wrong("sender_candidates", wrong);
            return Vec::new();
        }
        Some(_) => {
            validation.wrong("sender_candidates", "The sender_candidates must be an array.");
            return Vec::new();
        }
    };
    let mut hashes = Vec::new();
    for (number, entry) in entries.iter().enumerate() {
        match entry {
            Value::String(hash) => hashes.push(hash.clone()),
            _ => {
                let field = format!("sender_candidates.{number}");
                validation.wrong(&field, format!("The {field} must be a string."));
            }
        }
    }
    hashes
}
