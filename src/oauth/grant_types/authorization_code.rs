//! `grant_type=authorization_code` (RFC 6749 §4.1.3, RFC 7636 §4.6).

use jiff::Timestamp;

use super::{Granted, user_for_rules};
use crate::{
    app::{App, Realm},
    journal::recording,
    model::{AuthorizationCode, Claims, Client, CodeChallenge, CodeChallengeMethod, GrantType, Pkce},
    oauth::{
        error::{OAuthError, failure, invalid_grant},
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
    let digest = digest(parameters.required("code")?);
    let redirect_uri = parameters.required("redirect_uri")?;
    let found = store::authorization_codes::find(&mut app.database.read().await?, realm.id, &digest).await?;
    let code = found.ok_or_else(|| invalid_grant("there is no such code").kind("code.unknown"))?;
    recording::note_grant(&code.grant.id);

    // What does not fit is refused before the code is spent: a typing error in a verifier costs nothing.
    invalid_grant("the code was issued to another client")
        .kind("code.foreign")
        .compare(code.client.to_string(), client.id.to_string())
        .when(code.client != client.id)?;
    if code.redeemed_at.is_none() {
        check_still_good(&code, now)?;
        check_redirect_uri(&code, redirect_uri)?;
        if realm.policy.pkce == Pkce::Enforced {
            check_verifier(code.code_challenge.as_ref(), parameters.get("code_verifier"))?;
        }
    }

    let user = user_for_rules(app, realm, &code.grant.user).await?;
    let pair = realm.random.id(now);
    let wanted = AccessTokenFor {
        client,
        grant: Some(&code.grant),
        user: user.as_ref(),
        scopes: &code.grant.scopes,
        pair: &pair,
        now,
        lifetime: None,
        further: Claims::new(),
    };

    let mut tx = app.database.begin().await?;
    let outcome = redeem(&mut tx, realm, &digest, &code, wanted).await;
    let granted = settle(tx, outcome).await?;
    Ok(Granted { user, ..granted })
}

fn check_still_good(code: &AuthorizationCode, now: Timestamp) -> Result<(), OAuthError> {
    invalid_grant("what the user had granted was withdrawn")
        .kind("grant.withdrawn")
        .when(code.grant_revoked)?;
    invalid_grant("the code has expired")
        .kind("code.expired")
        .see("RFC 6749 §4.1.2")
        .compare(format!("before {}", code.expires_at), now.to_string())
        .when(code.expired_at(now))
}

fn check_redirect_uri(code: &AuthorizationCode, redirect_uri: &str) -> Result<(), OAuthError> {
    invalid_grant("redirect_uri differs from the one in the authorization request")
        .kind("code.redirect_uri")
        .see("RFC 6749 §4.1.3")
        .compare(&code.redirect_uri, redirect_uri)
        .when(code.redirect_uri != redirect_uri)
}

fn check_verifier(challenge: Option<&CodeChallenge>, verifier: Option<&str>) -> Result<(), OAuthError> {
    match (challenge, verifier) {
        (None, None) => Ok(()),
        (None, Some(_)) => Err(invalid_grant(
            "code_verifier came, but the authorization request had no code_challenge",
        )
        .kind("pkce.unasked")
        .see("RFC 9700 §2.1.1")),
        (Some(_), None) => Err(invalid_grant(
            "code_verifier is missing: the authorization request had a code_challenge",
        )
        .kind("pkce.verifier_missing")
        .see("RFC 7636 §4.5")),
        (Some(challenge), Some(verifier)) => {
            invalid_grant("code_verifier has not 43 to 128 unreserved characters")
                .kind("pkce.malformed")
                .see("RFC 7636 §4.1")
                .compare(
                    "43 to 128 of A-Z a-z 0-9 - . _ ~",
                    format!("{} characters", verifier.chars().count()),
                )
                .when(!CodeChallenge::well_formed(verifier))?;
            let unfit = invalid_grant("code_verifier does not fit the code_challenge")
                .kind("pkce.mismatch")
                .see("RFC 7636 §4.6");
            let unfit = match challenge.method {
                CodeChallengeMethod::S256 => unfit.compare(&challenge.challenge, challenge.computed(verifier)),
                CodeChallengeMethod::Plain => unfit, // there the challenge is the verifier: a secret
            };
            unfit.when(!challenge.answered_by(verifier))
        }
    }
}

/// Spends the code and issues what it stands for. The grant is the family's lock.
///
/// Tokens are minted once the code is spent: an armed fault counts what is minted, and what is refused shall not count.
async fn redeem(
    tx: &mut Tx,
    realm: &Realm,
    digest: &str,
    code: &AuthorizationCode,
    wanted: AccessTokenFor<'_>,
) -> Result<Granted, OAuthError> {
    let (client, now) = (wanted.client, wanted.now);
    let alive = store::grants::hold(tx, realm.id, &code.grant.id, now).await?;
    if !alive || code.redeemed_at.is_some() || !store::authorization_codes::redeem(tx, realm.id, digest, now).await? {
        return refuse_unredeemed(tx, realm, digest, now).await;
    }
    let grant = &code.grant;
    let (access_token, row) = realm.mint.access_token(wanted)?;
    store::access_tokens::insert(tx, realm.id, &row).await?;
    let scopes = row.scopes; // what is told is what was stored
    let mut refresh_token = None;
    if client.may_use(GrantType::RefreshToken) {
        let (token, row) = realm.mint.refresh_token(grant, &row.pair, now);
        store::refresh_tokens::insert(tx, realm.id, &row).await?;
        refresh_token = Some(token);
    }
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

/// Why a code could not be spent, as its row says now that the family is locked.
///
/// A code that comes twice may have been stolen, so everything it yielded dies (RFC 6749 §4.1.2).
async fn refuse_unredeemed(tx: &mut Tx, realm: &Realm, digest: &str, now: Timestamp) -> Result<Granted, OAuthError> {
    let code = store::authorization_codes::find(tx, realm.id, digest).await?;
    let code = code.ok_or_else(|| failure("a code vanished while it was redeemed"))?;
    if code.redeemed_at.is_some() {
        store::grants::revoke(tx, realm.id, &code.grant.id, now).await?;
        return Err(
            invalid_grant("the code was used before; the tokens it yielded are revoked")
                .kind("code.replayed")
                .see("RFC 6749 §4.1.2")
                .keeps(),
        );
    }
    check_still_good(&code, now)?;
    Err(failure("a good code could not be redeemed"))
}
