//! The control room.

pub mod seed;
