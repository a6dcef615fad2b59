//! `/v1/activation-codes…`: codes with which patients activate a plan, created, listed, switched and sent.

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde_json::{Value, json};

use super::{
    call::{Call, Reply},
    error::{self, Result},
    input::{LONGEST_TEXT, Validation},
    model::{ActivationCode, Duration},
    store::activation_codes::{self as store, Wanted},
    wire,
};
use crate::{
    outbox::{Email, TextMessage},
    store::{Conn, Tx, settle},
    text::{self, Language},
};

/// Not documented; inferred.
const PAGE_SIZE: i64 = 50;
/// The last page that is looked up.
const LAST_PAGE: i64 = 1_000_000;
/// The longest `meta`, in characters.
const LONGEST_META: usize = 10_000;
/// The reason of the messages in the outbox.
const REASON: &str = "mediquo.activation_code";

/// `POST /v1/activation-codes`.
pub async fn create(call: &Call) -> Result<Reply> {
    let new = read(call)?;
    let mut tx = call.app.database.write_once().await?;
    let made = store::insert(&mut tx, call.realm.id, &call.organization.id, &new).await?;
    error::invalid_field("code", "The code has already been taken.").when(!made)?;
    Ok(wire::success().into())
}

fn read(call: &Call) -> Result<ActivationCode> {
    let mut validation = Validation::default();
    let mut fields = validation.fields("", &call.body);
    let new = ActivationCode {
        code: fields.required_text("code"),
        plan_name: fields.text("plan_name"),
        tag: fields.text("tag"),
        duration: match fields.choice("duration", &["forever", "limited"]).as_deref() {
            Some("limited") => Duration::Limited,
            _ => Duration::Forever,
        },
        duration_in_months: fields.number("duration_in_months", 1),
        duration_in_days: fields.number("duration_in_days", 1),
        expires_on: fields.date("expires_at"),
        max_redemptions: fields.number("max_redemptions", 1).unwrap_or(1),
        redeemed: 0,
        meta: fields.text_up_to("meta", LONGEST_META),
        active: true,
        last_phone_number: None,
        last_phone_prefix: None,
        last_email: None,
        created_at: call.now,
    };
    let lengths = [
        ("duration_in_months", new.duration_in_months),
        ("duration_in_days", new.duration_in_days),
    ];
    match new.duration {
        Duration::Limited if lengths.iter().all(|(_, length)| length.is_none()) => {
            let wrong = "The duration_in_months field is required when duration is limited and duration_in_days is not \
                         present.";
            validation.wrong("duration_in_months", wrong);
        }
        Duration::Forever => {
            for (field, _) in lengths.iter().filter(|(_, length)| length.is_some()) {
                validation.wrong(
                    field,
                    format!("The {field} field is only allowed when duration is limited."),
                );
            }
        }
        Duration::Limited => {}
    }
    validation.finish()?;
    Ok(new)
}

/// `GET /v1/activation-codes`.
pub async fn list(call: &Call) -> Result<Reply> {
    let mut validation = Validation::default();
    let mut fields = validation.fields("", &call.query);
    let today = today(call.now);
    let status = fields.choice("status", &["active", "expired"]);
    let wanted = Wanted {
        code: fields.text("code"),
        tag: fields.text("tag"),
        active_on: (status.as_deref() == Some("active")).then_some(today),
        expired_on: (status.as_deref() == Some("expired")).then_some(today),
        created_after: fields.time("created_at_gt"),
        created_before: fields.time("created_at_lt"),
    };
    let page = fields.number("page", 1).unwrap_or(1).min(LAST_PAGE);
    validation.finish()?;

    let mut conn = call.read().await?;
    let (realm, organization) = (call.realm.id, call.organization.id.as_str());
    let found = store::list(
        &mut conn,
        realm,
        organization,
        &wanted,
        PAGE_SIZE,
        (page - 1) * PAGE_SIZE,
    )
    .await?;
    let mut listed = Vec::with_capacity(found.len());
    for code in &found {
        let redemptions = match code.redeemed {
            0 => Vec::new(),
            _ => store::list_redemptions(&mut conn, realm, organization, &code.code).await?,
        };
        listed.push(wire::activation_code(code, &redemptions));
    }
    Ok(wire::list(call.policy().activation_codes_shape, listed).into())
}

/// The date on which codes expire. No time zone is documented: UTC.
pub fn today(now: Timestamp) -> Date {
    now.to_zoned_datetime(TimeZone::UTC).date()
}

/// `PUT /v1/activation-codes/{code}/activate`, `…/deactivate`.
pub async fn set_active(call: &Call, active: bool) -> Result<Reply> {
    let code = find(call, &mut call.read().await?, &call.code).await?;
    let mut tx = call.app.database.write_once().await?;
    store::set_active(&mut tx, call.realm.id, &call.organization.id, &code.code, active).await?;
    Ok(wire::success().into())
}

/// A code of the organization.
///
/// # Errors
/// 404 when there is none, 403 when it belongs to another organization.
pub async fn find(call: &Call, conn: &mut Conn, code: &str) -> Result<ActivationCode> {
    if let Some(found) = store::find(conn, call.realm.id, &call.organization.id, code).await? {
        return Ok(found);
    }
    let elsewhere = store::exists_anywhere(conn, call.realm.id, code).await?;
    error::forbidden("the activation code belongs to another organization").when(elsewhere)?;
    Err(error::not_found("there is no such activation code"))
}

/// Where a code is sent.
struct Recipient {
    name: String,
    /// Prefix and number.
    phone: Option<(String, String)>,
    email: Option<String>,
    language: Language,
}

/// `PUT /v1/activation-codes/{code}/send`.
pub async fn send(call: &Call) -> Result<Reply> {
    error::forbidden("the organization may not send activation codes")
        .when(!call.organization.sends_activation_codes)?;
    let code = find(call, &mut call.read().await?, &call.code).await?;
    let recipient = Recipient::read(call)?;
    let phone = recipient.phone.as_ref().filter(|(_, number)| reaches_phone(number));
    let email = recipient.email.as_ref().filter(|email| reaches_email(email));
    let data = recipient.outcome(phone.is_some(), email.is_some());
    error::not_delivered(data.clone()).when(phone.is_none() && email.is_none())?;

    let mut tx = call.app.database.begin().await?;
    let outcome = write(&mut tx, call, &code, &recipient, phone, email).await;
    settle(tx, outcome).await?;
    call.app.outbox.notify();
    Ok(json!({"data": data}).into())
}

async fn write(
    tx: &mut Tx,
    call: &Call,
    code: &ActivationCode,
    recipient: &Recipient,
    phone: Option<&(String, String)>,
    email: Option<&String>,
) -> Result<()> {
    let (realm, random, now) = (call.realm.id, &call.realm.random, call.now);
    let sent_to = phone.map(|(prefix, number)| (prefix.as_str(), number.as_str()));
    let email_text = email.map(String::as_str);
    store::set_sent(tx, realm, &call.organization.id, &code.code, sent_to, email_text).await?;
    if let Some((prefix, number)) = phone {
        let message = recipient.message(call, code, format!("{prefix}{number}"));
        call.app
            .outbox
            .write_text_message(tx, realm, random, message, now)
            .await?;
    }
    if let Some(email) = email {
        let mail = recipient.mail(call, code, email.clone());
        call.app.outbox.write(tx, realm, random, mail, now).await?;
    }
    Ok(())
}

/// There is no telephone network that could fail, so a number of only zeros stands for one that cannot be reached.
fn reaches_phone(number: &str) -> bool {
    number.bytes().any(|byte| (b'1'..=b'9').contains(&byte))
}

/// No address below `.invalid` exists (RFC 2606 §2).
fn reaches_email(email: &str) -> bool {
    !email.to_ascii_lowercase().ends_with(".invalid")
}

impl Recipient {
    fn read(call: &Call) -> Result<Self> {
        let mut validation = Validation::default();
        let mut fields = validation.fields("", &call.body);
        let name = fields.required_text("name");
        let (prefix, number) = (fields.text("prefix"), fields.text("phone"));
        if prefix.as_ref().is_some_and(|prefix| !is_prefix(prefix)) {
            fields.is_malformed("prefix");
        }
        if number.as_ref().is_some_and(|number| !is_number(number)) {
            fields.is_malformed("phone");
        }
        let email = fields.email("email");
        let language = match fields.choice("language", &["es", "en", "pt", "de"]).as_deref() {
            Some("en") => Language::English,
            Some("de") => Language::German,
            // Portuguese is documented, but the emulator has no texts in it, so Spanish is used.
            _ => Language::Spanish,
        };
        let phone = match (prefix, number) {
            (Some(prefix), Some(number)) => Some((prefix, number)),
            (Some(_), None) => {
                fields.is_required_with("phone", "prefix");
                None
            }
            (None, Some(_)) => {
                fields.is_required_with("prefix", "phone");
                None
            }
            (None, None) => None,
        };
        validation.finish()?;
        Ok(Self {
            name,
            phone,
            email,
            language,
        })
    }

    /// The outcome for each way of sending that was requested.
    fn outcome(&self, by_phone: bool, by_email: bool) -> Value {
        let outcome = |delivered| if delivered { "delivered" } else { "failed" };
        let mut data = json!({});
        if self.phone.is_some() {
            data["sms"] = json!(outcome(by_phone));
        }
        if self.email.is_some() {
            data["email"] = json!(outcome(by_email));
        }
        data
    }

    /// As documented, `language` applies to e-mails only.
    fn message(&self, call: &Call, code: &ActivationCode, recipient: String) -> TextMessage {
        TextMessage {
            recipient,
            body: text::say_with(Language::Spanish, "mediquo-code-message", &self.words(call, code)),
            reason: REASON,
        }
    }

    fn mail(&self, call: &Call, code: &ActivationCode, recipient: String) -> Email {
        let words = self.words(call, code);
        Email {
            recipient,
            subject: text::say_with(self.language, "mediquo-code-subject", &words[1..2]),
            body: text::say_with(self.language, "mediquo-code-body", &words),
            html: None,
            reason: REASON,
        }
    }

    fn words<'a>(&'a self, call: &'a Call, code: &'a ActivationCode) -> [(&'static str, &'a str); 3] {
        [
            ("name", &self.name),
            ("organization", &call.organization.name),
            ("code", &code.code),
        ]
    }
}

/// `+34`.
fn is_prefix(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or_default();
    (1..=4).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Digits, with spaces between them.
fn is_number(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    (4..=LONGEST_TEXT.min(20)).contains(&digits) && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_and_numbers_are_told_from_anything_else() {
        assert!(is_prefix("+34") && is_prefix("+1"));
        assert!(is_number("600 123 456") && is_number("123345678"));
        for wrong in ["34", "+", "+34567", "+3a", ""] {
            assert!(!is_prefix(wrong), "{wrong}");
        }
        for wrong in ["", "123", "six", "+34600", "1234567890123456789012"] {
            assert!(!is_number(wrong), "{wrong}");
        }
    }

    #[test]
    fn some_recipients_are_never_reached() {
        assert!(reaches_phone("600123456") && reaches_email("jane@example.com"));
        assert!(!reaches_phone("000 000 000") && !reaches_email("jane@nowhere.INVALID"));
    }
}
