//! A seed, written. What it names has been checked.

use jiff::Timestamp;

use super::{accounts::Numbered, rooms, users, webhook_endpoints};
use crate::{
    model::RealmId,
    portals::vsee::{
        model::{Details, ProviderHours, Room, User, UserType, WebhookEndpoint, user_code},
        seed::{Account, Person, Provider, Seed},
    },
    random::digest,
    store::{Result, Tx, columns::json, database::execute},
};

/// Writes a portal that has nothing yet.
pub async fn insert_seed(tx: &mut Tx, realm: RealmId, seed: &Seed, now: Timestamp) -> Result<()> {
    for kind in Numbered::ALL {
        let next = match kind {
            Numbered::User => seed.next_user_id,
            Numbered::Room => seed.next_room_id,
            Numbered::Visit => seed.next_visit_id,
        };
        execute!(
            tx,
            "insert into vsee_numbers (realm, kind, last) values ($1, $2, $3)",
            realm,
            *kind.name(),
            next - 1,
        )?;
    }
    for account in &seed.accounts {
        insert_account(tx, realm, account, now).await?;
    }
    Ok(())
}

async fn insert_account(tx: &mut Tx, realm: RealmId, account: &Account, now: Timestamp) -> Result<()> {
    execute!(
        tx,
        "insert into vsee_accounts (realm, code, id, domain, name, portal_title, states, key_digest, secret_digest)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        realm,
        account.code,
        account.id,
        account.domain,
        account.name,
        account.portal_title,
        json(&account.states)?,
        digest(&account.api_key),
        digest(&account.api_secret),
    )?;
    for admin in &account.admins {
        let user = user(account, UserType::Admin, &admin.person, now);
        users::insert(tx, realm, &user).await?;
        users::insert_token(tx, realm, &digest(&admin.token), user.id, now, None).await?;
    }
    for member in &account.members {
        users::insert(tx, realm, &user(account, UserType::Member, &member.person, now)).await?;
    }
    for one in &account.providers {
        users::insert(tx, realm, &provider(account, one, now)).await?;
    }
    for room in &account.rooms {
        let created_at = room.created.unwrap_or(now);
        let written = Room {
            id: room.id,
            account: account.code.clone(),
            code: room.code.clone(),
            slug: room.slug.clone(),
            name: room.name.clone(),
            domain: room.domain.clone().unwrap_or_else(|| account.domain.clone()),
            settings: room.settings.clone(),
            providers: Vec::new(),
            created_at,
            modified_at: created_at,
        };
        rooms::insert(tx, realm, &written).await?;
        for provider in &room.providers {
            rooms::assign(tx, realm, room.id, *provider).await?;
        }
    }
    for (number, endpoint) in account.webhook_endpoints.iter().enumerate() {
        let written = WebhookEndpoint {
            id: format!("{}-{}", account.code, number + 1),
            account: account.code.clone(),
            url: endpoint.url.clone(),
            version: endpoint.version,
            events: endpoint.events.clone(),
            created_at: now,
        };
        webhook_endpoints::insert(tx, realm, &written).await?;
    }
    Ok(())
}

fn provider(account: &Account, provider: &Provider, now: Timestamp) -> User {
    let hours = (!provider.openings.is_empty()).then(|| ProviderHours {
        openings: provider.openings.clone(),
        closures: provider.closures.clone(),
        lead_time_minutes: provider.lead_time_minutes,
        horizon_days: provider.horizon_days,
    });
    User {
        subtype: provider.subtype.clone(),
        title: provider.title.clone(),
        suffix: provider.suffix.clone(),
        short_bio: provider.short_bio.clone(),
        hours,
        ..user(account, UserType::Provider, &provider.person, now)
    }
}

fn user(account: &Account, kind: UserType, person: &Person, now: Timestamp) -> User {
    User {
        id: person.id,
        account: account.code.clone(),
        kind,
        code: user_code(&person.code),
        first_name: person.first_name.clone(),
        last_name: person.last_name.clone(),
        username: person.username.clone(),
        password: person.password_hash.clone(),
        details: Details {
            email: person.email.clone(),
            dob: person.dob.clone(),
            gender: person.gender,
            phone: person.phone.clone(),
            ..Details::default()
        },
        subtype: String::new(),
        title: String::new(),
        suffix: String::new(),
        short_bio: String::new(),
        disable_emails: false,
        active: person.active,
        hours: None,
        created_at: now,
    }
}
