//! The nouns of the portal, one a file, and the rules that need nothing else.

mod account;
mod attachment;
mod intake;
mod room;
mod user;
mod visit;
mod webhook;

pub use account::Account;
pub use attachment::Attachment;
pub use intake::Intake;
pub use room::{Consultation, Payment, Room, RoomSettings, Specialty, USUAL_MINUTES, is_code};
pub use user::{Details, Gender, ProviderHours, User, UserType, hexadecimal, user_code};
pub use visit::{EndReason, NewVisit, Participant, START_WINDOW, Status, Visit, VisitIntake, VisitRoom, VisitType};
pub use webhook::{Event, NOTE_STATUSES, Note, WebhookEndpoint, WebhookVersion, check_endpoint};
