//! The data of this portal: practices, categories, types, insurances and appointments, with their rules.

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
