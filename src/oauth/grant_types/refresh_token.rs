//! `grant_type=refresh_token` (RFC 6749 §6, RFC 9700 §4.14).
//!
//! With `guarded` rotation, a used token is answered with its unused successor once more within the grace period, so
//! that a lost response or a second tab does no harm. Used later, it revokes the grant: one of its two holders has
//! stolen it. With `immediate` rotation both tokens of the pair are replaced, and reuse is only refused.

use jiff::{SignedDuration, Timestamp};

use super::{GrantTypeRow, Granted, TokenRequest, user_for_claims};
use crate::{
    app::Realm,
    journal::recording,
    model::{
        Claims, GrantType, IssuedAccessToken, RefreshRotation, RefreshToken, Scopes, ScopesError, Secret, Successor,
        refuse_when,
    },
    oauth::{
        error::{OAuthError, failure, invalid_grant, invalid_scope},
        resource_indicators,
    },
    random::digest,
    store::{self, Tx, settle},
    tokens::{AccessTokenFor, PreparedAccessToken},
};

pub const ROW: GrantTypeRow = GrantTypeRow {
    grant_type: GrantType::RefreshToken,
    grant: |request| Box::pin(grant(request)),
};

async fn grant(request: TokenRequest<'_>) -> Result<Granted, OAuthError> {
    let presented = Secret::new(request.parameters.required("refresh_token")?);
    let mut tx = request.app.database.begin().await?;
    let outcome = grant_in(&mut tx, request, &presented).await;
    settle(tx, outcome).await
}

/// Reads the token once, after its grant was locked: as it is read it stays until the commit.
async fn grant_in(tx: &mut Tx, request: TokenRequest<'_>, presented: &Secret) -> Result<Granted, OAuthError> {
    let TokenRequest {
        realm,
        client,
        parameters,
        now,
        ..
    } = request;
    let digest = digest(presented.reveal());
    let alive = store::grants::hold_of_refresh_token(tx, realm.id, &digest, now).await?;
    let found = store::refresh_tokens::find(tx, realm.id, &digest).await?;
    let token = found.ok_or_else(|| invalid_grant("the refresh token is unknown").kind("refresh.unknown"))?;
    recording::note_grant(&token.grant.id);
    refuse_when(token.client != client.id, || {
        invalid_grant("the refresh token was issued to another client")
            .kind("refresh.foreign")
            .compare(token.client.to_string(), client.id.to_string())
    })?;
    let scopes = narrowed(&token.scopes, parameters.get("scope"))?;
    refuse_when(!alive, || {
        invalid_grant("the grant was withdrawn or revoked").kind("grant.withdrawn")
    })?;

    let user = user_for_claims(tx, realm, client, &token.grant.user).await?;
    let resources = resource_indicators::narrowed(realm, client, parameters, &token.grant.resources)?;
    let pair = realm.random.id(now);
    let prepared = realm.mint.prepare_access_token(AccessTokenFor {
        client,
        grant: Some(&token.grant),
        user: user.as_ref(),
        scopes: &scopes,
        resources: &resources,
        pair: &pair,
        now,
        lifetime: None,
        further: Claims::new(),
    })?;
    let granted = rotate(tx, realm, presented, &token, prepared).await?;
    Ok(Granted { user, ..granted })
}

/// The requested scopes, which must be among the granted ones; without a request all granted ones (RFC 6749 §6).
fn narrowed(granted: &Scopes, asked: Option<&str>) -> Result<Scopes, OAuthError> {
    let Some(asked) = asked else {
        return Ok(granted.clone());
    };
    let asked: Scopes = asked
        .parse()
        .map_err(|error: ScopesError| invalid_scope(error.to_string()).kind("scope.malformed"))?;
    refuse_when(!granted.cover(&asked), || {
        invalid_scope(format!("the refresh token was not granted {}", asked.without(granted)))
            .kind("refresh.scope")
            .see("RFC 6749 §6")
            .compare(granted.to_string(), asked.to_string())
    })?;
    Ok(if asked.is_empty() { granted.clone() } else { asked })
}

/// Replaces a token that is still valid, its grant being locked; handles a used, expired or revoked one.
///
/// Tokens are issued only afterwards: an armed fault counts issued tokens, and refused requests must not count.
async fn rotate(
    tx: &mut Tx,
    realm: &Realm,
    presented: &Secret,
    token: &RefreshToken,
    prepared: PreparedAccessToken<'_>,
) -> Result<Granted, OAuthError> {
    let now = prepared.wanted.now;
    if !token.live_at(now) {
        let (next, pair) = successor_again(tx, realm, presented, token, now).await?;
        let (granted, row) = issue(realm, token, Some(next), prepared.in_pair(&pair))?;
        store::access_tokens::insert(tx, realm.id, &row).await?;
        return Ok(granted);
    }
    if realm.mint.keeps_refresh_token() {
        let (granted, row) = issue(realm, token, None, prepared)?;
        store::access_tokens::insert(tx, realm.id, &row).await?;
        return Ok(granted);
    }
    let (next, successor) = realm.mint.successor_of(presented, token, prepared.wanted.pair, now);
    if !store::refresh_tokens::trade(tx, realm.id, &token.digest, &successor, now).await? {
        return Err(failure("a valid refresh token could not be replaced"));
    }
    if realm.policy.refresh_rotation == RefreshRotation::Immediate {
        store::access_tokens::revoke_pair(tx, realm.id, &token.grant.id, &token.pair, now).await?;
    }
    let (granted, row) = issue(realm, token, Some(next), prepared)?;
    store::code_flow::insert_tokens(tx, realm.id, &row, &successor).await?;
    Ok(granted)
}

/// The successor of a used token once more, and the pair it belongs to: while it is unused, within the grace period.
async fn successor_again(
    tx: &mut Tx,
    realm: &Realm,
    presented: &Secret,
    token: &RefreshToken,
    now: Timestamp,
) -> Result<(Secret, String), OAuthError> {
    let (Some(used_at), Some(successor)) = (token.used_at, &token.successor) else {
        refuse_when(token.revoked, || {
            invalid_grant("the refresh token was revoked").kind("refresh.revoked")
        })?;
        let expired = invalid_grant("the refresh token has expired").kind("refresh.expired");
        return Err(match token.expires_at {
            Some(expires_at) => expired.compare(format!("before {expires_at}"), now.to_string()),
            None => expired,
        });
    };
    if realm.policy.refresh_rotation == RefreshRotation::Immediate {
        return Err(invalid_grant("the refresh token was used before").kind("refresh.used"));
    }
    if !within_grace(realm, used_at, successor, now) {
        store::grants::revoke(tx, realm.id, &token.grant.id, now).await?;
        return Err(
            invalid_grant("the refresh token was used before; the whole grant is revoked")
                .kind("refresh.replayed")
                .see("RFC 9700 §4.14.2")
                .keeps(),
        );
    }
    let again = realm.mint.successor_again(presented, successor);
    let again = again.ok_or_else(|| invalid_grant("the refresh token was used before").kind("refresh.used"))?;
    Ok((again, successor.pair.clone()))
}

fn within_grace(realm: &Realm, used_at: Timestamp, successor: &Successor, now: Timestamp) -> bool {
    let grace = SignedDuration::from_secs(realm.policy.lifetimes.refresh_grace.into());
    !successor.used_up && now.duration_since(used_at) < grace
}

/// A new access token, in the same response as `refresh_token`; and its row, which is still to be stored.
fn issue(
    realm: &Realm,
    token: &RefreshToken,
    refresh_token: Option<Secret>,
    prepared: PreparedAccessToken<'_>,
) -> Result<(Granted, IssuedAccessToken), OAuthError> {
    let (access_token, row) = realm.mint.issue_access_token(prepared)?;
    let scopes = row.scopes.clone();
    let id_token = scopes.contains("openid").then(|| (token.grant.clone(), None));
    let granted = Granted {
        access_token,
        refresh_token,
        scopes,
        id_token,
        user: None,
    };
    Ok((granted, row))
}
