//! This portal's SQL. It finds and writes; it does not decide.
//!
//! | file | tables |
//! | --- | --- |
//! | `organizations.rs` | organizations, professionals, bearer tokens of API v2, revoked widget tokens |
//! | `patients.rs` | the versions of patients |
//! | `appointments.rs` | appointments, messages, prescriptions |
//! | `activation_codes.rs` | activation codes and their redemptions |
//! | `webhook_endpoints.rs` | webhook endpoints of organizations |
//! | `seeding.rs` | organizations and professionals, written from a seed |
//! | `tables.rs` | all of them, declared |

pub mod activation_codes;
pub mod appointments;
pub mod organizations;
pub mod patients;
pub mod seeding;
pub mod tables;
pub mod webhook_endpoints;
