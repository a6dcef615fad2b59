//! `grant_type=authorization_code` (RFC 6749 §4.1.3, RFC 7636 §4.6).

use jiff::Timestamp;

use super::{GrantTypeRow, Granted, TokenRequest, user_for_claims};
use crate::{
    app::Realm,
    journal::recording,
    model::{AuthorizationCode, Claims, CodeChallenge, CodeChallengeMethod, GrantType, Pkce, refuse_when},
    oauth::{
        error::{OAuthError, failure, invalid_grant},
        resource_indicators,
    },
    random::digest,
    store::{self, Tx, settle},
    tokens::{AccessTokenFor, PreparedAccessToken},
};

pub const ROW: GrantTypeRow = GrantTypeRow {
    grant_type: GrantType::AuthorizationCode,
    grant: |request| Box::pin(grant(request)),
};

async fn grant(request: TokenRequest<'_>) -> Result<Granted, OAuthError> {
    let TokenRequest {
        app,
        realm,
        client,
        parameters,
        now,
    } = request;
    let digest = digest(parameters.required("code")?);
    let redirect_uri = parameters.required("redirect_uri")?;
    let mut conn = app.database.read().await?;
    let found = store::authorization_codes::find(&mut conn, realm.id, &digest).await?;
    let code = found.ok_or_else(|| invalid_grant("the code is unknown").kind("code.unknown"))?;
    recording::note_grant(&code.grant.id);

    // Checked before the code is redeemed: a wrong verifier does not use the code up.
    refuse_when(code.client != client.id, || {
        invalid_grant("the code was issued to another client")
            .kind("code.foreign")
            .compare(code.client.to_string(), client.id.to_string())
    })?;
    if code.redeemed_at.is_none() {
        check_still_good(&code, now)?;
        check_redirect_uri(&code, redirect_uri)?;
        if realm.policy.pkce == Pkce::Enforced {
            check_verifier(code.code_challenge.as_ref(), parameters.get("code_verifier"))?;
        }
    }

    let user = user_for_claims(&mut conn, realm, client, &code.grant.user).await?;
    drop(conn);
    let resources = resource_indicators::narrowed(realm, client, parameters, &code.grant.resources)?;
    let pair = realm.random.id(now);
    let prepared = realm.mint.prepare_access_token(AccessTokenFor {
        client,
        grant: Some(&code.grant),
        user: user.as_ref(),
        scopes: &code.grant.scopes,
        resources: &resources,
        pair: &pair,
        now,
        lifetime: None,
        further: Claims::new(),
    })?;

    let mut tx = app.database.begin().await?;
    let outcome = redeem(&mut tx, realm, &digest, &code, prepared).await;
    let granted = settle(tx, outcome).await?;
    Ok(Granted { user, ..granted })
}

fn check_still_good(code: &AuthorizationCode, now: Timestamp) -> Result<(), OAuthError> {
    refuse_when(code.grant_revoked, || {
        invalid_grant("the user has withdrawn the consent").kind("grant.withdrawn")
    })?;
    refuse_when(code.expired_at(now), || {
        invalid_grant("the code has expired")
            .kind("code.expired")
            .see("RFC 6749 §4.1.2")
            .compare(format!("before {}", code.expires_at), now.to_string())
    })
}

fn check_redirect_uri(code: &AuthorizationCode, redirect_uri: &str) -> Result<(), OAuthError> {
    refuse_when(code.redirect_uri != redirect_uri, || {
        invalid_grant("redirect_uri differs from the one in the authorization request")
            .kind("code.redirect_uri")
            .see("RFC 6749 §4.1.3")
            .compare(&code.redirect_uri, redirect_uri)
    })
}

fn check_verifier(challenge: Option<&CodeChallenge>, verifier: Option<&str>) -> Result<(), OAuthError> {
    match (challenge, verifier) {
        (None, None) => Ok(()),
        (None, Some(_)) => Err(invalid_grant(
            "there is a code_verifier, but the authorization request had no code_challenge",
        )
        .kind("pkce.unasked")
        .see("RFC 9700 §2.1.1")),
        (Some(_), None) => Err(invalid_grant(
            "code_verifier is missing: the authorization request had a code_challenge",
        )
        .kind("pkce.verifier_missing")
        .see("RFC 7636 §4.5")),
        (Some(challenge), Some(verifier)) => {
            refuse_when(!CodeChallenge::well_formed(verifier), || {
                invalid_grant("code_verifier must have 43 to 128 unreserved characters")
                    .kind("pkce.malformed")
                    .see("RFC 7636 §4.1")
                    .compare(
                        "43 to 128 of A-Z a-z 0-9 - . _ ~",
                        format!("{} characters", verifier.chars().count()),
                    )
            })?;
            refuse_when(!challenge.answered_by(verifier), || {
                let mismatch = invalid_grant("code_verifier does not match the code_challenge")
                    .kind("pkce.mismatch")
                    .see("RFC 7636 §4.6");
                match challenge.method {
                    CodeChallengeMethod::S256 => mismatch.compare(&challenge.challenge, challenge.computed(verifier)),
                    CodeChallengeMethod::Plain => mismatch, // the challenge is the verifier here: a secret
                }
            })
        }
    }
}

/// Redeems the code and issues its tokens. The grant's row is the lock of all its codes and tokens.
///
/// Tokens are issued after the code is redeemed: an armed fault counts issued tokens, and refused requests must not
/// count.
async fn redeem(
    tx: &mut Tx,
    realm: &Realm,
    digest: &str,
    code: &AuthorizationCode,
    prepared: PreparedAccessToken<'_>,
) -> Result<Granted, OAuthError> {
    let (client, now) = (prepared.wanted.client, prepared.wanted.now);
    let grant = &code.grant;
    if !store::code_flow::redeem_code(tx, realm.id, &grant.id, digest, now).await? {
        return refuse_unredeemed(tx, realm, digest, now).await;
    }
    let (access_token, row) = realm.mint.issue_access_token(prepared)?;
    let mut refresh_token = None;
    if client.may_use(GrantType::RefreshToken) {
        let (token, refresh_row) = realm.mint.refresh_token(grant, &row.pair, now);
        store::code_flow::insert_tokens(tx, realm.id, &row, &refresh_row).await?;
        refresh_token = Some(token);
    } else {
        store::access_tokens::insert(tx, realm.id, &row).await?;
    }
    let scopes = row.scopes; // an armed fault may have changed them
    let id_token = grant
        .scopes
        .contains("openid")
        .then(|| (grant.clone(), code.nonce.clone()));
    Ok(Granted {
        access_token,
        refresh_token,
        scopes,
        id_token,
        user: None,
    })
}

/// Why a code could not be redeemed, as its row says now that the grant is locked.
///
/// A code that is used twice may have been stolen, so all its tokens are revoked (RFC 6749 §4.1.2).
async fn refuse_unredeemed(tx: &mut Tx, realm: &Realm, digest: &str, now: Timestamp) -> Result<Granted, OAuthError> {
    let code = store::authorization_codes::find(tx, realm.id, digest).await?;
    let code = code.ok_or_else(|| failure("a code was deleted while it was redeemed"))?;
    if code.redeemed_at.is_some() {
        store::grants::revoke(tx, realm.id, &code.grant.id, now).await?;
        return Err(invalid_grant("the code was used before; its tokens are revoked")
            .kind("code.replayed")
            .see("RFC 6749 §4.1.2")
            .keeps());
    }
    check_still_good(&code, now)?;
    Err(failure("a valid code could not be redeemed"))
}
