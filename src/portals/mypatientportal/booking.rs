//! Row 5: book an availability.
//!
//! The checks come in the documented order: availability, insurance (403), comment form (422), patient data (400).
//! Where the documentation says nothing: malformed input is refused before anything is looked up; whether this patient
//! may book here at all (blocked, or a guest where an account is needed) is checked before the insurance; the ASAP list
//! comes last.
//!
//! The row of the calendar is the lock: concurrent bookings of one calendar run one after the other.

use jiff::{Timestamp, civil::Date};
use serde_json::{Map, Value};

use super::{
    availability_id::{Availability, Unreadable},
    call::Call,
    catalogue::check_insurance,
    comment_form,
    error::{self, Result},
    input::{check_email, email, present, text_of},
    links::APPOINTMENT_ID,
    model::{Booking, PatientField, born_on},
    reminders, schemas,
    store::{self, Offer},
    wire,
};
use crate::{
    api::{
        dates::read_date,
        operation::Parameter,
        schema::{boolean, text},
    },
    model::User,
    schedule::{Interval, Unbookable},
    store::{Tx, settle},
};

/// Which slot. Rescheduling takes it, too.
pub const AVAILABILITY: Parameter = Parameter::required(
    "availability_id",
    text,
    "An id from a list of availabilities. It contains `+` and `=`: percent-encode it in forms and queries.",
);

/// The members of a booking.
pub const MEMBERS: &[Parameter] = &[
    AVAILABILITY,
    Parameter::optional(
        "asap_list_opt_in",
        boolean,
        "Put the appointment on the ASAP list. Not for guests. Default: false.",
    ),
    Parameter::optional(
        "insurance_id",
        schemas::id,
        "Default: the insurance for which the availability was listed.",
    ),
    Parameter::optional("comments", text, "A comment for the practice."),
    Parameter::optional(
        "structured_comment",
        schemas::any_object,
        "Answers to the type's comment form, by field name.",
    ),
    Parameter::optional(
        "email",
        text,
        "Where messages of the ASAP list are sent. Default: the address in the profile.",
    ),
    Parameter::optional(
        "ref",
        text,
        "Where the booking comes from: up to 64 letters and digits.",
    ),
    Parameter::optional(
        "validate_patient_data",
        boolean,
        "Refuse the booking if patient data that the practice requires is missing. Default: false.",
    ),
    Parameter::optional("allow_email_notifications", boolean, "Default: as set in the profile."),
    Parameter::optional("allow_sms_notifications", boolean, "Default: as set in the profile."),
    Parameter::optional("do_notification", boolean, "Sets both of the above."),
    Parameter::optional(
        "attendant",
        schemas::any_object,
        "Guest bookings only: `{\"data\": {\"first_name\", \"last_name\", \"email\", …}}`.",
    ),
];

const LETTERS_AND_DIGITS: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
/// The longest comment, in characters.
const LONGEST_COMMENT: usize = 10_000;
/// The longest `ref`, in characters.
const LONGEST_REF: usize = 64;

/// `POST /booking`.
pub async fn book(call: &Call) -> Result<Value> {
    let request = Request::read(call)?;
    let availability = read_availability(call)?;

    let mut tx = call.app.database.begin().await?;
    let outcome = write(call, &mut tx, &request, &availability).await;
    let id = settle(tx, outcome).await?;
    call.app.agenda.notify(call.realm.id);
    Ok(wire::id(&id))
}

/// The slot a body asks for.
///
/// # Errors When the id is missing or invalid. If a `+` was lost because it was not percent-encoded, the error says so
/// in full: the difference is hard to see.
pub fn read_availability(call: &Call) -> Result<Availability> {
    let id = call.body().required_text("availability_id")?;
    let opened = call
        .availability_keys()
        .open(id, call.realm.policy.lenient_availability_ids);
    opened.map_err(|unreadable| match unreadable {
        Unreadable::Blanks => error::malformed_because(
            "availability_id",
            "it contains spaces instead of +; percent-encode + as %2B in forms and queries",
        ),
        Unreadable::PercentEncoded => error::unavailable("the availability_id is percent-encoded twice"),
        Unreadable::Malformed => error::unavailable("the availability_id does not have the form A--B--C"),
        Unreadable::NotOurs => {
            error::unavailable("the availability_id was altered, belongs to another realm, or is too old")
        }
    })
}

/// # Errors
/// When the slot cannot be booked any more. The caller holds the lock on the calendar.
pub async fn check_free(call: &Call, tx: &mut Tx, offer: &Offer, slot: Interval, except: Option<&str>) -> Result<()> {
    let (schedule, length) = (&offer.calendar.schedule, offer.appointment_type.length);
    let busy = store::list_busy(tx, call.realm.id, &offer.calendar.id, slot, except).await?;
    let free = schedule.check_bookable(slot, length, &busy, call.now);
    free.map(drop).map_err(|reason| {
        error::unavailable(match reason {
            Unbookable::TooSoon => "it is past, or starts too soon for a booking at this practice",
            Unbookable::TooFar => "it is too far ahead for a booking at this practice",
            Unbookable::NotOffered => "the practice no longer offers this time",
            Unbookable::Closed => "the practice is closed at this time",
            Unbookable::Taken => "it is already booked, or overlaps a booked time",
        })
    })
}

/// The body, apart from the availability.
struct Request {
    asap_list_opt_in: bool,
    insurance: Option<i64>,
    comments: Option<String>,
    structured_comment: Map<String, Value>,
    source: Option<String>,
    validate_patient_data: bool,
    allow_email_notifications: Option<bool>,
    allow_sms_notifications: Option<bool>,
    /// The address for messages of the ASAP list, if the body has one.
    email: Option<String>,
    patient: Patient,
}

impl Request {
    fn read(call: &Call) -> Result<Self> {
        let body = call.body();
        let comments = body.text("comments")?;
        let long = comments.is_some_and(|comments| comments.chars().count() > LONGEST_COMMENT);
        error::malformed("comments", format!("it has more than {LONGEST_COMMENT} characters")).when(long)?;
        let source = body.text("ref")?;
        let sound =
            |source: &str| source.len() <= LONGEST_REF && source.bytes().all(|byte| byte.is_ascii_alphanumeric());
        error::malformed("ref", format!("it is up to {LONGEST_REF} letters and digits"))
            .when(!source.is_none_or(sound))?;
        let asap_list_opt_in = body.boolean("asap_list_opt_in")?.unwrap_or(false);
        let guest = call.caller.user.is_none();
        error::malformed(
            "asap_list_opt_in",
            "only users can be on the ASAP list, and this token belongs to no user",
        )
        .when(asap_list_opt_in && guest)?;
        let both = body.boolean("do_notification")?;
        Ok(Self {
            asap_list_opt_in,
            insurance: body.id("insurance_id")?,
            comments: comments.map(str::to_owned),
            structured_comment: body.object("structured_comment")?.cloned().unwrap_or_default(),
            source: source.map(str::to_owned),
            validate_patient_data: body.boolean("validate_patient_data")?.unwrap_or(false),
            allow_email_notifications: body.boolean("allow_email_notifications")?.or(both),
            allow_sms_notifications: body.boolean("allow_sms_notifications")?.or(both),
            email: email(body, "email")?.map(str::to_owned),
            patient: Patient::read(call)?,
        })
    }
}

/// The patient of the appointment.
enum Patient {
    User(User),
    Guest(Map<String, Value>),
}

impl Patient {
    fn read(call: &Call) -> Result<Self> {
        let attendant = call.body().object("attendant")?;
        match (&call.caller.user, attendant) {
            (Some(user), None) => Ok(Self::User(user.clone())),
            (Some(_), Some(_)) => Err(error::malformed(
                "attendant",
                "it is for guest bookings only: this token belongs to a user, who is the patient",
            )),
            (None, None) => Err(error::missing("attendant")),
            (None, Some(attendant)) => Self::guest(attendant),
        }
    }

    /// A guest needs a name and an e-mail address, and more if the practice requires it.
    fn guest(attendant: &Map<String, Value>) -> Result<Self> {
        let data = match present(attendant, "data") {
            Some(Value::Object(data)) => data,
            Some(_) => return Err(error::malformed("attendant[data]", "an object is expected")),
            None => return Err(error::missing("attendant[data]")),
        };
        for (field, value) in data {
            let text = matches!(value, Value::Null | Value::String(_));
            error::malformed(&in_data(field), "text is expected").when(!text)?;
        }
        for field in ["first_name", "last_name", "email"] {
            error::missing(&in_data(field)).when(present(data, field).is_none())?;
        }
        check_email(&in_data("email"), text_of(data, "email")?.unwrap_or_default())?;
        let born_on = present(data, "born_on");
        let wrong = born_on.is_some_and(|born_on| born_on.as_str().and_then(read_date).is_none());
        error::malformed(&in_data("born_on"), "a date is written YYYY-MM-DD").when(wrong)?;
        Ok(Self::Guest(data.clone()))
    }

    fn born_on(&self) -> Option<Date> {
        match self {
            Self::User(user) => born_on(user),
            Self::Guest(data) => text_of(data, "born_on").ok().flatten().and_then(read_date),
        }
    }

    fn text(&self, field: PatientField) -> Option<&str> {
        match self {
            Self::Guest(data) => text_of(data, field.name()).ok().flatten(),
            Self::User(user) => user.claim(match field {
                PatientField::FirstName => "given_name",
                PatientField::LastName => "family_name",
                PatientField::Email => "email",
                PatientField::Mobile => "mobile_phone_number",
                PatientField::BornOn => "birthdate",
                PatientField::InsuranceCompany => return None,
            }),
        }
    }

    /// Whether this is known of the patient.
    fn has(&self, field: PatientField) -> bool {
        match (self, field) {
            (Self::User(user), PatientField::InsuranceCompany) => user
                .claims
                .get("insurance_company_id")
                .is_some_and(|company| !company.is_null()),
            (_, PatientField::BornOn) => self.born_on().is_some(),
            _ => self.text(field).is_some_and(|text| !text.trim().is_empty()),
        }
    }
}

/// The name of a member of a guest's data, as in a form.
fn in_data(field: &str) -> String {
    format!("attendant[data][{field}]")
}

async fn write(call: &Call, tx: &mut Tx, request: &Request, availability: &Availability) -> Result<String> {
    let realm = call.realm.id;
    let offer = store::find_offer(tx, realm, availability.appointment_type, availability.category).await?;
    let offer = offer.filter(|offer| offer.practice.id == availability.practice);
    let offer = offer.ok_or_else(|| error::unavailable("the type or practice of the availability no longer exists"))?;
    let sequence = store::lock_calendar(tx, realm, &offer.calendar.id).await?;

    check_free(call, tx, &offer, availability.interval(), None).await?;
    check_patient(call, tx, request, &offer).await?;
    let insurance = request.insurance.or(availability.insurance);
    check_insurance(call, tx, insurance).await?;
    let open = offer.appointment_type.open_to_insurance(insurance);
    error::insurance_refused(format!(
        "the type {} cannot be booked with this insurance",
        offer.appointment_type.id
    ))
    .when(!open)?;
    let structured_comment = check_comment_form(call, request, &offer)?;
    check_patient_data(request, &offer, availability)?;
    let asap_email = asap_email(request, &offer)?;

    let mut booking = Booking {
        id: String::new(),
        owner: call.owner(),
        calendar: offer.calendar.id.clone(),
        appointment_type: offer.appointment_type.id,
        interval: availability.interval(),
        booked_at: call.now,
        insurance,
        asap_email,
        comments: request.comments.clone(),
        structured_comment,
        source: request.source.clone(),
        attendant: match &request.patient {
            Patient::Guest(data) => Some(data.clone()),
            Patient::User(_) => None,
        },
        allow_email_notifications: request.allow_email_notifications,
        allow_sms_notifications: request.allow_sms_notifications,
    };
    insert(call, tx, &mut booking, sequence).await?;
    let starts_at = booking.interval.start;
    reminders::plan(tx, &call.realm, &offer.practice, &booking.id, starts_at, call.now).await?;
    Ok(booking.id)
}

/// Writes the booking with the id that the seed has set for it, or a random one; another one if that id is taken.
async fn insert(call: &Call, tx: &mut Tx, booking: &mut Booking, sequence: i64) -> Result<()> {
    let realm = call.realm.id;
    let drawn = || call.realm.random.characters(LETTERS_AND_DIGITS, APPOINTMENT_ID);
    booking.id = store::take_next_id(tx, realm).await?.unwrap_or_else(drawn);
    while !store::insert_appointment(tx, realm, booking, &call.caller.client, sequence).await? {
        booking.id = drawn();
    }
    Ok(())
}

async fn check_patient(call: &Call, tx: &mut Tx, request: &Request, offer: &Offer) -> Result<()> {
    match &request.patient {
        Patient::User(user) => {
            let blocked = store::patient_is_blocked(tx, call.realm.id, &offer.practice.id, &user.id).await?;
            error::attendant_blocked().when(blocked)
        }
        Patient::Guest(_) => error::account_required().when(!offer.appointment_type.open_to_guests()),
    }
}

/// The address for messages of the ASAP list: that of the body, or else that of the patient.
fn asap_email(request: &Request, offer: &Offer) -> Result<Option<String>> {
    if !request.asap_list_opt_in {
        return Ok(None);
    }
    error::asap_refused(offer.appointment_type.id).when(!offer.appointment_type.asap_notifications)?;
    let known = request.email.as_deref().or(request.patient.text(PatientField::Email));
    known
        .map(|email| Some(email.to_owned()))
        .ok_or_else(|| error::missing("email"))
}

fn check_comment_form(call: &Call, request: &Request, offer: &Offer) -> Result<Map<String, Value>> {
    let form = offer.appointment_type.comment_form.as_deref().unwrap_or_default();
    let today = offer.calendar.schedule.today(call.now);
    comment_form::check(form, &request.structured_comment, offer.practice.language, today).map_err(error::comment_form)
}

/// # Errors
/// When a patient born on that day does not have the right age on the day of the slot.
pub fn check_age(offer: &Offer, born_on: Option<Date>, start: Timestamp) -> Result<()> {
    let day = offer.practice.zone.to_datetime(start).date();
    let ages = offer.appointment_type.ages;
    error::not_now(
        "The appointment type is not open to patients of this age.",
        format!("it is for patients {ages}"),
    )
    .when(!ages.admit(born_on, day))
}

fn check_patient_data(request: &Request, offer: &Offer, availability: &Availability) -> Result<()> {
    check_age(offer, request.patient.born_on(), availability.start)?;
    if request.validate_patient_data {
        let lacking = offer
            .practice
            .required_patient_fields
            .iter()
            .find(|field| !request.patient.has(**field));
        if let Some(field) = lacking {
            return Err(error::missing(field.name()));
        }
    }
    Ok(())
}
