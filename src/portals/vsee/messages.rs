//! The e-mail to a patient whose appointment was booked. A user with `disable_emails` gets none.

use super::{
    context::Context,
    links::{APPOINTMENT, START, fill, one_time_token},
    model::Visit,
    store,
};
use crate::{
    outbox::Email,
    store::Tx,
    text::{self, Language},
    web::paths,
};

/// Stores the e-mail, if the patient has an address. To be called last in a transaction; notify the outbox after the
/// commit.
pub async fn confirm_in(tx: &mut Tx, context: &Context, visit: &Visit) -> crate::store::Result<()> {
    let realm = &context.realm;
    let member = store::users::find(tx, realm.id, visit.member.id).await?;
    let Some(recipient) = member
        .filter(|member| !member.disable_emails)
        .and_then(|member| member.details.email)
    else {
        return Ok(());
    };
    let email = email(context, visit, recipient);
    let outbox = &context.app.outbox;
    outbox.write(tx, realm.id, &realm.random, email, context.now).await?;
    Ok(())
}

fn email(context: &Context, visit: &Visit, recipient: String) -> Email {
    let language = Language::English;
    let begins = text::say_moment(language, &visit.start.to_zoned_datetime(visit.room.time_zone()));
    let provider = match &visit.provider {
        Some(provider) => provider.full_name(),
        None => visit.room.name.clone(),
    };
    let link = link(context, visit);
    let values = [
        ("patient", visit.member.first_name.as_str()),
        ("provider", provider.as_str()),
        ("begins", begins.as_str()),
        ("link", link.as_str()),
    ];
    Email {
        recipient,
        subject: text::say_with(language, "vsee-message-subject", &values[1..3]),
        body: text::say_with(language, "vsee-message-body", &values),
        html: None,
        reason: "vsee.appointment_booked",
    }
}

/// The address of the appointment: with a one-time link, or behind a sign-in.
fn link(context: &Context, visit: &Visit) -> String {
    let id = visit.id.to_string();
    let path = if visit.one_time_link {
        let token = one_time_token(&context.realm, visit.id);
        format!("{}?token={token}", fill(APPOINTMENT, &id))
    } else {
        fill(START, &id)
    };
    context.realm.url(&format!("{}{path}", paths::VSEE))
}
