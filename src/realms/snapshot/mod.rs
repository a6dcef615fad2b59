//! A realm as one JSON document, and a realm made from one.
//!
//! The document is JSON of a numbered version, in a stable order, one row of the database a line:
//!
//! ```text
//! {
//!   "anteroom_snapshot": 2,
//!   "clock": {"now": "2025-06-02T06:00:00Z", "frozen": true, "rate": 1},
//!   "policy": {…},
//!   "chance": {"seed": "…", "epoch": 1},
//!   "root_secret": "…",
//!   "made_from": {"seed": "demo"},
//!   "tables": {
//!     "clients": [
//!       {"id":"demo-client", …},
//! ```
//!
//! It is independent of the machine, the database and the realm's name: encrypted values stand in it decrypted, in
//! base64url, and the realm's own addresses begin with `{issuer}`. Messages and webhooks still to be sent are
//! cancelled, so that none goes out twice. Columns that are null are left out, and so may tables be that have no rows.
//! A document is read as a whole before anything is written; errors name their place, as in `tables.users[3].claims`.
//!
//! | file | what |
//! | --- | --- |
//! | [`take`], [`restore`] | from the database to a document, and back |
//! | `document`, `write`, `read`, `integrity` | the document as text, with every check |
//! | `addresses` | the realm's own addresses, independent of its issuer |

mod addresses;
mod document;
mod error;
mod integrity;
mod read;
mod restore;
mod rules;
mod take;
mod write;

pub use error::SnapshotError;
pub use restore::restore;
pub use take::take;
