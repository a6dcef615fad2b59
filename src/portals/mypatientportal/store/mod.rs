//! This portal's SQL. It finds and writes; it does not decide.
//!
//! | file | tables |
//! | --- | --- |
//! | `catalogue.rs` | practices, insurances, calendars, categories, types |
//! | `appointments.rs` | appointments, and the ids the next ones get |
//! | `seeding.rs` | all of them, written from a seed |
//! | `purge.rs` | all of them, when their realm is gone |

mod appointments;
mod catalogue;
mod purge;
mod seeding;

pub use appointments::{
    cancel, find_appointment, insert_appointment, list_appointments, list_busy, list_upcoming, list_waiting,
    reschedule, set_asap_email, take_next_id,
};
pub use catalogue::{
    Offer, find_category, find_offer, find_practice, find_type, insurance_exists, list_categories, list_insurances,
    list_practices, list_types, lock_calendar, patient_is_blocked,
};
pub use purge::PURGE;
pub use seeding::insert_seed;
