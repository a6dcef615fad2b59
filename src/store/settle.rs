//! How a transaction ends: as its outcome asks.

use super::{
    database::Tx,
    error::{Error, Result},
};

/// An error that knows whether what was written before it must stay.
pub trait Keeps: From<Error> {
    /// True for a refusal whose traces must last: a code that is used twice leaves its grant revoked.
    fn keeps(&self) -> bool;
}

impl Keeps for Error {
    fn keeps(&self) -> bool {
        false
    }
}

/// Ends a transaction as its outcome asks: a success is committed, a refusal that [`keeps`](Keeps::keeps) too,
/// everything else is rolled back.
pub async fn settle<T, E: Keeps>(tx: Tx, outcome: Result<T, E>) -> Result<T, E> {
    match &outcome {
        Err(error) if !error.keeps() => tx.rollback().await?,
        Ok(_) | Err(_) => tx.commit().await?,
    }
    outcome
}
