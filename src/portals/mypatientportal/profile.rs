//! Row 1: the patient's profile.

use serde_json::Value;
use uuid::Uuid;

use super::{call::Call, error::Result, wire};

/// `GET /user`.
pub async fn show(call: &Call) -> Result<Value> {
    let user = call.user();
    let client = call.realm.client(&call.app.database, &call.caller.client).await?;
    let id = match client {
        // Pairwise where subjects are, so that two clients cannot compare; as a UUID, which recorded ids are.
        Some(client) => call.realm.mint.subject(&client, &user.id),
        None => user.id.0.clone(),
    };
    let id = Uuid::try_parse(&id).map_or(id, |id| id.to_string());
    Ok(wire::data(wire::user(&id, user)))
}
