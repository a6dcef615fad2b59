//! This portal's SQL. It finds and writes; it does not decide.
//!
//! | file | tables |
//! | --- | --- |
//! | `catalogue.rs` | practices, insurances, calendars, categories, types |
//! | `appointments.rs` | appointments, and the ids the next ones get |
//! | `seeding.rs` | all of them, written from a seed |
//! | `tables.rs` | all of them, declared |

mod appointments;
mod catalogue;
mod seeding;
mod tables;

pub use appointments::{
    Contact, cancel, find_appointment, find_contact, insert_appointment, list_appointments, list_busy, list_upcoming,
    list_waiting, reschedule, set_asap_email, take_next_id,
};
pub use catalogue::{
    Offer, find_category, find_offer, find_practice, find_type, insurance_exists, list_categories, list_insurances,
    list_practices, list_types, lock_calendar, patient_is_blocked,
};
pub use seeding::insert_seed;
pub use tables::TABLES;
