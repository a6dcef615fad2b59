//! `POST /users/sso`: a clinic's own system signs a person in (D:USER).
//!
//! The same code is the same user, and what is said of them anew is taken over. Each call mints a token; older ones stay
//! good until they expire. The refresh token is shown as documented; what could be done with it is not documented, so
//! nothing can, and nothing of it is kept.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{
    call::Call,
    error::{self, Result},
    input::Reader,
    model::{Details, Gender, User, UserType, hexadecimal, user_code},
    store::{
        accounts::{Numbered, next_number},
        users,
    },
    wire,
};
use crate::{
    random::digest,
    store::{Tx, settle},
};

/// Seconds an access token lives (D:USER).
const TOKEN_LIFE: i64 = 86_400;
/// Seconds the refresh token lives that is shown beside it (D:USER).
const REFRESH_TOKEN_LIFE: i64 = 2_592_000;
/// Characters of a caller's own code.
const LONGEST_CODE: usize = 128;

/// What a clinic's system says of a person.
struct Person {
    kind: UserType,
    /// The code the API shows; drawn for guests.
    code: Option<String>,
    first_name: String,
    last_name: String,
    username: Option<String>,
    details: Details,
    disable_emails: Option<bool>,
}

/// `POST /users/sso`.
pub async fn sign_on(call: &Call) -> Result<Value> {
    error::forbidden("Single sign-on is not enabled for this account. Please contact support.")
        .when(!call.realm.policy.vsee.sso_enabled)?;
    let person = Person::read(call.body())?;
    let fields = call.query().text("fields")?.unwrap_or_default();
    let token = Minted::draw(call);

    let mut tx = call.app.database.begin().await?;
    let outcome = write(call, &mut tx, person, &token).await;
    let user = settle(tx, outcome).await?;

    let mut answer = wire::signed_on(&user, token.shown(user.id));
    if fields.split(',').any(|field| field.trim() == "vsee") {
        let token = call.realm.random.bytes();
        answer.insert("vsee".to_owned(), wire::vsee(&user, token));
    }
    Ok(wire::data(answer))
}

async fn write(call: &Call, tx: &mut Tx, person: Person, token: &Minted) -> Result<User> {
    let user = find_or_insert(call, tx, person).await?;
    error::unauthorized("The user is not active.").when(!user.active)?;
    token.keep(call, tx, user.id).await?;
    Ok(user)
}

async fn find_or_insert(call: &Call, tx: &mut Tx, person: Person) -> Result<User> {
    let (realm, account) = (call.realm.id, &call.account.code);
    loop {
        // Locked before it is read, so that what two say at once is all taken over.
        if let Some(code) = &person.code
            && users::lock_by_code(tx, realm, account, person.kind, code).await?
            && let Some(known) = users::find_by_code(tx, realm, account, person.kind, code).await?
        {
            let user = person.taken_over(known);
            users::update(tx, realm, &user, call.now).await?;
            return Ok(user);
        }

        let id = next_number(tx, realm, Numbered::User).await?;
        let user = person.new_user(call, id);
        if users::insert(tx, realm, &user).await? {
            return Ok(user);
        }
        // Somebody of that code was faster: then they are the same. Or the seed has that number: then another.
    }
}

impl Person {
    fn read(body: Reader<'_>) -> Result<Self> {
        let kind = match body.number("type")? {
            None => UserType::Member,
            Some(number) => UserType::of_number(number)
                .filter(|kind| *kind != UserType::Admin)
                .ok_or_else(|| {
                    error::malformed("type", "200, 400 or 600 is expected")
                        .compare("200, 400 or 600", number.to_string())
                })?,
        };
        let first_name = body.required_text("first_name")?;
        let last_name = body.required_text("last_name")?;
        let code = body.text_up_to("code", LONGEST_CODE)?;
        error::missing("code").when(code.is_none() && kind != UserType::Guest)?;
        Ok(Self {
            kind,
            code: code.map(|code| user_code(&code)),
            first_name,
            last_name,
            username: body.text("username")?,
            details: details(body)?,
            disable_emails: body.boolean("disable_emails")?,
        })
    }

    fn new_user(&self, call: &Call, id: i64) -> User {
        let drawn = || hexadecimal(&call.realm.random.bytes::<16>());
        User {
            id,
            account: call.account.code.clone(),
            kind: self.kind,
            code: self.code.clone().unwrap_or_else(drawn),
            first_name: self.first_name.clone(),
            last_name: self.last_name.clone(),
            username: self.username.clone().unwrap_or_else(drawn),
            password: None,
            details: self.details.clone(),
            subtype: String::new(),
            title: String::new(),
            suffix: String::new(),
            short_bio: String::new(),
            disable_emails: self.disable_emails.unwrap_or(false),
            active: true,
            hours: None,
            created_at: call.now,
        }
    }

    /// What is known, with what is said now.
    fn taken_over(self, known: User) -> User {
        let (said, before) = (self.details, known.details);
        User {
            first_name: self.first_name,
            last_name: self.last_name,
            username: self.username.unwrap_or(known.username),
            details: Details {
                email: said.email.or(before.email),
                dob: said.dob.or(before.dob),
                gender: said.gender.or(before.gender),
                street_addr: said.street_addr.or(before.street_addr),
                city: said.city.or(before.city),
                state: said.state.or(before.state),
                zip: said.zip.or(before.zip),
                phone: said.phone.or(before.phone),
            },
            disable_emails: self.disable_emails.unwrap_or(known.disable_emails),
            ..known
        }
    }
}

fn details(body: Reader<'_>) -> Result<Details> {
    let gender = match body.text("gender")? {
        None => None,
        Some(name) => Some(Gender::of_name(&name).ok_or_else(|| {
            error::malformed("gender", "male or female is expected").compare("male or female", &name)
        })?),
    };
    let email = body.text("email")?;
    if let Some(email) = &email {
        let sound = email.split_once('@').is_some_and(|(name, host)| {
            !name.is_empty() && !host.is_empty() && !host.contains('@') && !email.contains(char::is_whitespace)
        });
        error::malformed("email", "nobody could be written to there").when(!sound)?;
    }
    Ok(Details {
        email,
        dob: body.date("dob")?,
        gender,
        street_addr: body.text("street_addr")?,
        city: body.text("city")?,
        state: state(body, "state")?,
        zip: body.text("zip")?,
        phone: phone(body, "phone")?,
    })
}

/// A state of two letters.
pub fn state(body: Reader<'_>, name: &str) -> Result<Option<String>> {
    let Some(state) = body.text(name)? else { return Ok(None) };
    let sound = state.len() == 2 && state.bytes().all(|byte| byte.is_ascii_alphabetic());
    error::malformed(name, "a state of two letters is expected")
        .compare("two letters", &state)
        .when(!sound)?;
    Ok(Some(state))
}

/// A telephone number: digits, and what people write between them.
pub fn phone(body: Reader<'_>, name: &str) -> Result<Option<String>> {
    let Some(phone) = body.text(name)? else { return Ok(None) };
    let allowed = |byte: u8| byte.is_ascii_digit() || b"+-(). ".contains(&byte);
    let sound = phone.len() <= 32 && phone.bytes().all(allowed) && phone.bytes().any(|byte| byte.is_ascii_digit());
    error::malformed(name, "digits are expected").when(!sound)?;
    Ok(Some(phone))
}

/// A token that was drawn, and the one that is shown beside it.
pub struct Minted {
    token: String,
    refresh_token: String,
    now: Timestamp,
}

impl Minted {
    pub fn draw(call: &Call) -> Self {
        let drawn = || hexadecimal(&call.realm.random.bytes::<16>());
        Self {
            token: drawn(),
            refresh_token: drawn(),
            now: call.now,
        }
    }

    /// Writes it for a user, as its digest.
    pub async fn keep(&self, call: &Call, tx: &mut Tx, user: i64) -> Result<()> {
        let life = SignedDuration::from_secs(TOKEN_LIFE);
        let expires_at = self.now.checked_add(life).unwrap_or(Timestamp::MAX);
        let digest = digest(&self.token);
        users::insert_token(tx, call.realm.id, &digest, user, self.now, Some(expires_at)).await?;
        Ok(())
    }

    /// As it goes over the wire.
    pub fn shown(&self, user: i64) -> Value {
        let created = self.now.as_second();
        json!({
            "user_id": wire::id(user),
            "token": self.token,
            "expiry": created + TOKEN_LIFE,
            "refresh_token": {
                "user_id": wire::id(user),
                "token": self.refresh_token,
                "expiry": created + REFRESH_TOKEN_LIFE,
                "created": created,
            },
        })
    }
}
