//! The message to a patient whose appointment was booked. Somebody with `disable_emails` gets none.

use super::{
    call::Context,
    links::one_time_token,
    model::Visit,
    pages::paths::{APPOINTMENT, START, fill},
    store,
};
use crate::{
    outbox::Email,
    store::Tx,
    text::{self, Language},
    web::paths,
};

/// Writes to the patient, if they can be written to. Last in a transaction; ring the outbox after it.
pub async fn confirm(context: &Context, tx: &mut Tx, visit: &Visit) -> crate::store::Result<()> {
    let realm = &context.realm;
    let member = store::users::find(tx, realm.id, visit.member.id).await?;
    let Some(member) = member.filter(|member| !member.disable_emails) else {
        return Ok(());
    };
    let Some(recipient) = member.details.email else {
        return Ok(());
    };
    let id = visit.id.to_string();
    let link = if visit.one_time_link {
        let token = one_time_token(realm, visit.id);
        format!("{}?token={token}", fill(APPOINTMENT, &id))
    } else {
        fill(START, &id)
    };
    let link = realm.url(&format!("{}{link}", paths::VSEE));
    let language = Language::English;
    let begins = text::say_moment(language, &visit.start.to_zoned_datetime(visit.room.time_zone()));
    let provider = visit
        .provider
        .as_ref()
        .map_or_else(|| visit.room.name.clone(), |provider| provider.full_name());
    let words = [
        ("patient", visit.member.first_name.as_str()),
        ("provider", provider.as_str()),
        ("begins", begins.as_str()),
        ("link", link.as_str()),
    ];
    let email = Email {
        recipient,
        subject: text::say_with(language, "vsee-message-subject", &words[1..3]),
        body: text::say_with(language, "vsee-message-body", &words),
        html: None,
        reason: "vsee.appointment_booked",
    };
    context
        .app
        .outbox
        .write(tx, realm.id, &realm.random, email, context.now)
        .await?;
    Ok(())
}
