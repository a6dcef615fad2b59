//! `POST /widget/activation-codes/redeem`: a patient types an activation code. The emulator's own: the real app's call
//! is not documented.

use serde_json::json;

use super::{
    access_token,
    activation_codes::{self, today},
    call::{Call, Reply},
    error::{self, Result},
    input::Validation,
    model::{ActivationCode, Redemption},
    patients::{self, Write},
    store::{activation_codes as store, patients as patients_store},
};
use crate::store::{Tx, settle};

/// With an access token the patient redeems the code and gets its plan; without one, the name in the body is recorded.
pub async fn redeem(call: &Call) -> Result<Reply> {
    let request = read(call)?;
    let patient = match &request.access_token {
        None => None,
        Some(token) => Some(bearer(call, token).await?),
    };

    let mut tx = call.app.database.begin().await?;
    let outcome = redeemed(&mut tx, call, &request, patient.as_deref()).await;
    let code = settle(tx, outcome).await?;
    Ok(json!({
        "message": "Success",
        "plan_name": code.plan_name,
        "duration": code.duration.name(),
        "duration_in_months": code.duration_in_months,
        "duration_in_days": code.duration_in_days,
    })
    .into())
}

struct Request {
    code: String,
    first_name: Option<String>,
    last_name: Option<String>,
    access_token: Option<String>,
}

fn read(call: &Call) -> Result<Request> {
    let mut validation = Validation::default();
    let mut fields = validation.fields("", &call.body);
    let request = Request {
        code: fields.required_text("code"),
        first_name: fields.text("first_name"),
        last_name: fields.text("last_name"),
        access_token: fields.text_up_to("access_token", 2048),
    };
    if request.access_token.is_none() {
        fields.require("first_name");
    }
    validation.finish()?;
    Ok(request)
}

/// The code of the patient of a token, if it belongs to this organization.
async fn bearer(call: &Call, token: &str) -> Result<String> {
    let mut conn = call.read().await?;
    let verified = access_token::verify(&mut conn, &call.realm, token, call.now).await?;
    let (organization, token) = verified.map_err(|reason| error::unauthorized(reason.why()))?;
    error::unauthorized("the access token is another organization's").when(organization.id != call.organization.id)?;
    Ok(token.sub)
}

async fn redeemed(tx: &mut Tx, call: &Call, request: &Request, patient: Option<&str>) -> Result<ActivationCode> {
    let (realm, organization) = (call.realm.id, call.organization.id.as_str());
    let patient = match patient {
        None => None,
        Some(code) => patients_store::find_latest(tx, realm, organization, code).await?,
    };
    let code = activation_codes::find(call, tx, &request.code).await?;
    if let (Some(patient), Some(plan)) = (&patient, &code.plan_name) {
        // Before the code's own row, as patients come first wherever both are changed.
        let write = Write::of(&patient.code, [("plan".to_owned(), json!(plan))].into_iter().collect());
        patients::write_now(tx, &call.realm, &call.organization, &write, call.now).await?;
    }
    let number = store::redeem(tx, realm, organization, &code.code, today(call.now)).await?;
    let number = number.ok_or_else(|| not_usable(call, &code))?;
    let of_patient = |member: &str| {
        patient
            .as_ref()
            .and_then(|patient| patient.text(member).map(str::to_owned))
    };
    let redemption = Redemption {
        code: code.code.clone(),
        first_name: request
            .first_name
            .clone()
            .or_else(|| of_patient("first_name"))
            .unwrap_or_default(),
        last_name: request.last_name.clone().or_else(|| of_patient("last_name")),
    };
    store::insert_redemption(tx, realm, organization, number, &redemption, call.now).await?;
    Ok(code)
}

fn not_usable(call: &Call, code: &ActivationCode) -> error::MediquoError {
    let why = if !code.active {
        "The code is not active."
    } else if code.expires_on.is_some_and(|last| last < today(call.now)) {
        "The code has expired."
    } else {
        "The code has been redeemed already."
    };
    error::invalid_field("code", why)
}
