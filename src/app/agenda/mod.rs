//! What happens by itself at an instant of a realm's clock.
//!
//! The cause of an event writes a row of `store::agenda` in the transaction that causes the event,
//! [notifies](Agenda::notify) after the commit, and lists a [`Handler`] for its kind. The event happens when the
//! realm's clock reaches its instant, whichever way:
//! [`walk`] turns the clock from event to event, and [`fire_due`] is called as a running clock goes by. Either takes
//! the row away and runs the handler in one transaction, so an event happens once, or not at all and is tried again.
//!
//! | file | what |
//! | --- | --- |
//! | `handler` | who handles the events of a kind, and what they are told |
//! | [`notifier`] | telling those who watch the clocks that there is something new |
//! | `turn` | where a clock is turned to |
//! | `walker` | letting events happen, in order |

mod handler;
pub mod notifier;
mod turn;
mod walker;

pub use handler::{Afterwards, Firing, FiringError, Handler, Occasion};
pub use notifier::Agenda;
pub use turn::{Goal, Speed, TurnError};
pub use walker::{LONGEST_WALK, MOST_EVENTS, fire_due, walk};
