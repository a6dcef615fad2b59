//! The human side: pages between "I want in" and "you may".

pub mod account;
pub mod asking_client;
pub mod consent;
pub mod logout;
pub mod scopes;
pub mod sign_in;
