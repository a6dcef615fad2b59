//! `POST /v1/patients/authenticate`, `POST /v2/authenticate`, `POST /v2/patients/authenticate`, and the widget's
//! logout.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    access_token,
    call::{Call, Reply},
    error::{self, Result},
    input::Validation,
    patients,
    store::{organizations, patients as store},
};
use crate::{clock::monotonic, passwords::Attempts, random, tokens::after};

/// How long a bearer token of API v2 is valid, as documented: 10 minutes.
const BEARER_LIFE_SECONDS: u32 = 600;
/// The length of the secret part of a bearer token, as in Laravel.
const BEARER_LENGTH: usize = 40;
const BEARER_ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// `POST /v1/patients/authenticate`.
pub async fn patient(call: &Call) -> Result<Reply> {
    let code = patient_code(call)?;
    let found = patients::find(call, &mut call.read().await?, &code).await?;
    let patient = found.ok_or_else(|| error::unknown_patient(call.policy()))?;
    Ok(token(call, &patient.code, "Bearer").into())
}

/// `POST /v2/patients/authenticate`: with the public key only; the token type is in lower case.
pub async fn patient_v2(call: &Call) -> Result<Reply> {
    let code = patient_code(call)?;
    let mut conn = call.read().await?;
    let found = store::find(&mut conn, call.realm.id, &call.organization.id, &code, call.now).await?;
    let patient = found.ok_or_else(|| error::unauthorized("there is no such patient, or it is not visible yet"))?;
    Ok(token(call, &patient.code, "bearer").into())
}

fn patient_code(call: &Call) -> Result<String> {
    let mut validation = Validation::default();
    let code = validation.fields("", &call.body).required_text("code");
    validation.finish()?;
    Ok(code)
}

fn token(call: &Call, patient: &str, token_type: &str) -> Value {
    let token = access_token::issue(&call.realm, &call.organization.id, patient, call.now);
    json!({"access_token": token, "token_type": token_type})
}

/// `POST /v2/authenticate`: the organization, by its id and password.
pub async fn organization(call: &Call) -> Result<Reply> {
    let mut validation = Validation::default();
    let mut fields = validation.fields("", &call.body);
    let (username, password) = (fields.required_text("username"), fields.required_text("password"));
    validation.finish()?;
    let expected = call.organization.password_digest.as_deref();
    let expected = expected.ok_or_else(|| error::unauthorized("API v2 is not enabled for the organization"))?;
    let digest = random::digest(&password);
    let same = aws_lc_rs::constant_time::verify_slices_are_equal(digest.as_bytes(), expected.as_bytes()).is_ok();
    let attempts = Attempts::at(
        &format!("mediquo {}/{}", call.realm.id.0, call.organization.id),
        call.from,
    );
    if username != call.organization.id || !same {
        let admitted = call.app.passwords.attempts().admit(&attempts, monotonic());
        admitted.map_err(|wait| error::too_many_sign_ins(wait.as_secs().max(1)))?;
        return Err(error::unauthorized("the user name or the password is wrong"));
    }
    call.app.passwords.attempts().forgive(&attempts);

    let secret = call.realm.random.characters(BEARER_ALPHABET, BEARER_LENGTH);
    let (digest, expires_at) = (random::digest(&secret), after(call.now, BEARER_LIFE_SECONDS));
    let mut tx = call.app.database.write_once().await?;
    let (realm, organization) = (call.realm.id, call.organization.id.as_str());
    let number = organizations::insert_bearer_token(&mut tx, realm, organization, &digest, expires_at).await?;
    Ok(json!({"token_type": "Bearer", "access_token": format!("{number}|{secret}")}).into())
}

/// `POST /widget/session/logout`.
pub async fn log_out(call: &Call) -> Result<Reply> {
    let token = call.token.as_ref();
    let token = token.ok_or_else(|| error::unauthorized("the access token is missing"))?;
    let expires_at = Timestamp::from_second(token.exp).unwrap_or(Timestamp::MAX);
    let mut tx = call.app.database.write_once().await?;
    organizations::revoke_token(&mut tx, call.realm.id, &token.jti, expires_at).await?;
    Ok(Reply::Nothing)
}
