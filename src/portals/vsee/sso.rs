//! `POST /users/sso`: single sign-on, by which a clinic's own system signs a user in (documented under "User API").
//!
//! The same code is the same user, and the members of the request replace what is stored. Each call issues a token;
//! earlier tokens stay valid until they expire.

use axum::response::Response;

use super::{
    call::Call,
    error::{self, Result},
    input::Reader,
    model::{Details, User, UserType, hexadecimal, user_code},
    person::read_details,
    store::{
        accounts::{Numbered, next_number},
        users,
    },
    user_tokens::NewToken,
    wire::{self, SignedOn, VseeLogin},
};
use crate::store::{Tx, settle};

/// Characters of the code a clinic gives a user.
const LONGEST_CODE: usize = 128;

/// The person whom the clinic's system signs in.
struct Person {
    kind: UserType,
    /// The code the API shows; `None` for guests who get a random one.
    code: Option<String>,
    first_name: String,
    last_name: String,
    username: Option<String>,
    details: Details,
    disable_emails: Option<bool>,
}

/// `POST /users/sso`.
pub async fn sign_on(call: &Call) -> Result<Response> {
    error::forbidden("Single sign-on is not enabled for this account. Please contact support.")
        .when(!call.realm.policy.vsee.sso_enabled)?;
    let person = Person::read(call.body())?;
    let fields = call.query().text("fields")?.unwrap_or_default();
    let token = NewToken::new(call);

    let mut tx = call.app.database.begin().await?;
    let outcome = sign_on_in(&mut tx, call, person, &token).await;
    let user = settle(tx, outcome).await?;

    let with_vsee = fields.split(',').any(|field| field.trim() == "vsee");
    let vsee = with_vsee.then(|| VseeLogin::new(&user, call.realm.random.bytes()));
    Ok(wire::data(SignedOn::new(&user, token.view(user.id), vsee))?)
}

async fn sign_on_in(tx: &mut Tx, call: &Call, person: Person, token: &NewToken) -> Result<User> {
    let user = find_or_insert_in(tx, call, person).await?;
    error::unauthorized("The user is not active.").when(!user.active)?;
    token.insert_in(tx, call, user.id).await?;
    Ok(user)
}

async fn find_or_insert_in(tx: &mut Tx, call: &Call, person: Person) -> Result<User> {
    let (realm, account) = (call.realm.id, &call.account.code);
    loop {
        // Locked before it is read, so that no change of two simultaneous calls is lost.
        if let Some(code) = &person.code
            && users::lock_by_code(tx, realm, account, person.kind, code).await?
            && let Some(known) = users::find_by_code(tx, realm, account, person.kind, code).await?
        {
            let user = person.merged_into(known);
            users::update(tx, realm, &user, call.now).await?;
            return Ok(user);
        }

        let id = next_number(tx, realm, Numbered::User).await?;
        let user = person.new_user(call, id);
        if users::insert(tx, realm, &user).await? {
            return Ok(user);
        }
        // Another call has inserted that code in the meantime, or the number is taken by the seed: try again.
    }
}

impl Person {
    fn read(body: Reader<'_>) -> Result<Self> {
        let kind = read_type(body)?;
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
            details: read_details(body)?,
            disable_emails: body.boolean("disable_emails")?,
        })
    }

    fn new_user(&self, call: &Call, id: i64) -> User {
        let random = || hexadecimal(&call.realm.random.bytes::<16>());
        User {
            id,
            account: call.account.code.clone(),
            kind: self.kind,
            code: self.code.clone().unwrap_or_else(random),
            first_name: self.first_name.clone(),
            last_name: self.last_name.clone(),
            username: self.username.clone().unwrap_or_else(random),
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

    /// The stored user with the members of this request.
    fn merged_into(self, known: User) -> User {
        let (new, old) = (self.details, known.details);
        User {
            first_name: self.first_name,
            last_name: self.last_name,
            username: self.username.unwrap_or(known.username),
            details: Details {
                email: new.email.or(old.email),
                dob: new.dob.or(old.dob),
                gender: new.gender.or(old.gender),
                street_addr: new.street_addr.or(old.street_addr),
                city: new.city.or(old.city),
                state: new.state.or(old.state),
                zip: new.zip.or(old.zip),
                phone: new.phone.or(old.phone),
            },
            disable_emails: self.disable_emails.unwrap_or(known.disable_emails),
            ..known
        }
    }
}

fn read_type(body: Reader<'_>) -> Result<UserType> {
    let Some(number) = body.number("type")? else {
        return Ok(UserType::Member);
    };
    let kind = UserType::of_number(number).filter(|kind| *kind != UserType::Admin);
    kind.ok_or_else(|| {
        error::malformed("type", "200, 400 or 600 is expected").compare("200, 400 or 600", number.to_string())
    })
}
