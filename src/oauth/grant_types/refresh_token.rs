//! `grant_type=refresh_token` (RFC 6749 §6, RFC 9700 §4.14).
//!
//! Under `guarded` rotation a used token yields its unused successor once more within the grace, so that
//! a lost reply or a second tab does no harm; used later, it ends the grant, since one of its two
//! holders is a thief. Under `immediate` rotation the pair is replaced and reuse only refused.

use jiff::{SignedDuration, Timestamp};

use super::{Granted, user_for_rules};
use crate::{
    app::{App, Realm},
    journal::recording,
    model::{Claims, Client, RefreshRotation, RefreshToken, Scopes, ScopesError, Secret, Successor},
    oauth::{
        error::{OAuthError, failure, invalid_grant, invalid_scope},
        form::Parameters,
    },
    random::digest,
    store::{self, Tx, settle},
    tokens::AccessTokenFor,
};

pub async fn exchange(
    app: &App,
    realm: &Realm,
    client: &Client,
    parameters: &Parameters,
    now: Timestamp,
) -> Result<Granted, OAuthError> {
    let presented = Secret::new(parameters.required("refresh_token")?);
    let digest = digest(presented.reveal());
    let found = store::refresh_tokens::find(&mut app.database.read().await?, realm.id, &digest).await?;
    let token = found.ok_or_else(|| invalid_grant("there is no such refresh token").kind("refresh.unknown"))?;
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

/// The scopes asked for, which are among those granted; all of them when none are asked for (RFC 6749 §6).
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

/// Trades a token that is still good as the family is locked, and says what becomes of another.
///
/// Only then is anything minted: an armed fault counts what is minted, and what is refused shall not count.
async fn rotate(
    tx: &mut Tx,
    realm: &Realm,
    presented: &Secret,
    token: &RefreshToken,
    wanted: AccessTokenFor<'_>,
) -> Result<Granted, OAuthError> {
    let now = wanted.now;
    invalid_grant("what the user had granted was withdrawn or revoked")
        .kind("grant.withdrawn")
        .when(!store::grants::hold(tx, realm.id, &token.grant.id, now).await?)?;
    let token = store::refresh_tokens::find(tx, realm.id, &token.digest).await?;
    let token = token.ok_or_else(|| failure("a refresh token vanished while it was used"))?;
    if !token.live_at(now) {
        let (next, pair) = successor_again(tx, realm, presented, &token, now).await?;
        return issue(tx, realm, &token, Some(next), AccessTokenFor { pair: &pair, ..wanted }).await;
    }
    if realm.mint.keeps_refresh_token() {
        return issue(tx, realm, &token, None, wanted).await;
    }
    let (next, successor) = realm.mint.successor_of(presented, &token, wanted.pair, now);
    if !store::refresh_tokens::trade(tx, realm.id, &token.digest, &successor, now).await? {
        return Err(failure("a good refresh token could not be traded"));
    }
    if realm.policy.refresh_rotation == RefreshRotation::Immediate {
        store::access_tokens::revoke_pair(tx, realm.id, &token.pair, now).await?;
    }
    store::refresh_tokens::insert(tx, realm.id, &successor).await?;
    issue(tx, realm, &token, Some(next), wanted).await
}

/// The successor a token was traded for, once more, and the pair it belongs to: while it is unused, and within
/// the grace.
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

/// A fresh access token beside `refresh_token`.
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
