//! `grant_type=refresh_token` (RFC 6749 §6, RFC 9700 §4.14).
//!
//! With `guarded` rotation, a used token is answered with its unused successor once more within the grace period, so that
//! a lost response or a second tab does no harm. Used later, it revokes the grant: one of its two holders has stolen it.
//! With `immediate` rotation both tokens of the pair are replaced, and reuse is only refused.

use jiff::{SignedDuration, Timestamp};

use super::{GrantTypeRow, Granted, TokenRequest, user_for_rules};
use crate::{
    app::Realm,
    journal::recording,
    model::{Claims, GrantType, RefreshRotation, RefreshToken, Scopes, ScopesError, Secret, Successor},
    oauth::error::{OAuthError, failure, invalid_grant, invalid_scope},
    random::digest,
    store::{self, Tx, settle},
    tokens::AccessTokenFor,
};

pub const ROW: GrantTypeRow = GrantTypeRow {
    grant_type: GrantType::RefreshToken,
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
    let presented = Secret::new(parameters.required("refresh_token")?);
    let digest = digest(presented.reveal());
    let found = store::refresh_tokens::find(&mut app.database.read().await?, realm.id, &digest).await?;
    let token = found.ok_or_else(|| invalid_grant("the refresh token is unknown").kind("refresh.unknown"))?;
    recording::note_grant(&token.grant.id);
    invalid_grant("the refresh token was issued to another client")
        .kind("refresh.foreign")
        .compare(token.client.to_string(), client.id.to_string())
        .when(token.client != client.id)?;
    let scopes = narrowed(&token.scopes, parameters.get("scope"))?;

    let user = user_for_rules(app, realm, &token.grant.user).await?;
    let pair = realm.random.id(now);
    let wanted = AccessTokenFor {
        client,
        grant: Some(&token.grant),
        user: user.as_ref(),
        scopes: &scopes,
        pair: &pair,
        now,
        lifetime: None,
        further: Claims::new(),
    };

    let mut tx = app.database.begin().await?;
    let outcome = rotate(&mut tx, realm, &presented, &token, wanted).await;
    let granted = settle(tx, outcome).await?;
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
    invalid_scope(format!("the refresh token was not granted {}", asked.without(granted)))
        .kind("refresh.scope")
        .see("RFC 6749 §6")
        .compare(granted.to_string(), asked.to_string())
        .when(!granted.cover(&asked))?;
    Ok(if asked.is_empty() { granted.clone() } else { asked })
}

/// Replaces a token that is still valid once the grant is locked; handles a used, expired or revoked one.
///
/// Tokens are made only afterwards: an armed fault counts issued tokens, and refused requests must not count.
async fn rotate(
    tx: &mut Tx,
    realm: &Realm,
    presented: &Secret,
    token: &RefreshToken,
    wanted: AccessTokenFor<'_>,
) -> Result<Granted, OAuthError> {
    let now = wanted.now;
    invalid_grant("the grant was withdrawn or revoked")
        .kind("grant.withdrawn")
        .when(!store::grants::hold(tx, realm.id, &token.grant.id, now).await?)?;
    let token = store::refresh_tokens::find(tx, realm.id, &token.digest).await?;
    let token = token.ok_or_else(|| failure("a refresh token was deleted while it was used"))?;
    if !token.live_at(now) {
        let (next, pair) = successor_again(tx, realm, presented, &token, now).await?;
        return issue(tx, realm, &token, Some(next), AccessTokenFor { pair: &pair, ..wanted }).await;
    }
    if realm.mint.keeps_refresh_token() {
        return issue(tx, realm, &token, None, wanted).await;
    }
    let (next, successor) = realm.mint.successor_of(presented, &token, wanted.pair, now);
    if !store::refresh_tokens::trade(tx, realm.id, &token.digest, &successor, now).await? {
        return Err(failure("a valid refresh token could not be replaced"));
    }
    if realm.policy.refresh_rotation == RefreshRotation::Immediate {
        store::access_tokens::revoke_pair(tx, realm.id, &token.pair, now).await?;
    }
    store::refresh_tokens::insert(tx, realm.id, &successor).await?;
    issue(tx, realm, &token, Some(next), wanted).await
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
        invalid_grant("the refresh token was revoked")
            .kind("refresh.revoked")
            .when(token.revoked)?;
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
    !successor.spent && now.duration_since(used_at) <= grace
}

/// A new access token, in the same response as `refresh_token`.
async fn issue(
    tx: &mut Tx,
    realm: &Realm,
    token: &RefreshToken,
    refresh_token: Option<Secret>,
    wanted: AccessTokenFor<'_>,
) -> Result<Granted, OAuthError> {
    let (access_token, row) = realm.mint.access_token(wanted)?;
    store::access_tokens::insert(tx, realm.id, &row).await?;
    let scopes = row.scopes;
    let id_token = scopes.contains("openid").then(|| (token.grant.clone(), None));
    Ok(Granted {
        access_token,
        refresh_token,
        scopes,
        id_token,
        user: None,
    })
}
