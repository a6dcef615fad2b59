//! Practices, categories, types, insurances, appointments, and what is true of them.

mod ages;
mod appointment;
mod catalogue;
#[cfg(test)]
mod tests;

pub use self::{
    ages::{Ages, born_on},
    appointment::{Appointment, Booking, Owner},
    catalogue::{AppointmentType, Calendar, Category, Insurance, InsuranceKind, PatientField, Practice},
};
