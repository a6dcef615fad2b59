//! One armed fault: for whom, how often, and what it keeps while it is armed.

use std::{
    any::Any,
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use parking_lot::{Mutex, MutexGuard};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    call::{Asked, Subject},
    catalogue::{self, Effect, Row},
    parameter::Parameters,
    place::Place,
};
use crate::{
    model::{Members, suggestion},
    random::Random,
    web::endpoint::{self, EndpointTable, Selection},
};

/// The share of matching calls is drawn in ten-thousandths.
const WHOLE: u32 = 10_000;

/// A request to arm a fault.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["fault"]))]
pub struct ArmFault {
    /// Its name in the catalogue.
    pub fault: String,
    /// How many matching calls trigger it. Default: all until it is disarmed, unless the catalogue says otherwise; 1
    /// where only `nth` is given.
    #[schemars(range(min = 1))]
    pub times: Option<u64>,
    /// The percentage of matching calls that trigger it, drawn from the realm's random numbers.
    #[schemars(range(min = 0, max = 100))]
    pub share: Option<f64>,
    /// The first matching call that triggers it, counted from 1.
    #[schemars(range(min = 1))]
    pub nth: Option<u64>,
    /// Only requests of this client.
    pub client_id: Option<String>,
    /// Only requests about this user: a user name, a user's identifier, or, with `client_id`, the `sub` that client
    /// knows.
    pub user: Option<String>,
    /// Only here: a group of endpoints, a path, or a method and a path.
    pub endpoint: Option<String>,
    /// As the catalogue lists them.
    pub parameters: Members,
}

/// How often a fault triggers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Often {
    Always,
    /// The calls from `first` on, `times` of them.
    Counted {
        first: u64,
        times: u64,
    },
    /// This many ten-thousandths of the calls.
    Share(u32),
}

/// A fault that waits for its calls.
#[derive(Debug)]
pub struct Armed {
    pub id: String,
    pub row: &'static Row,
    pub parameters: Parameters,
    pub often: Often,
    pub client: Option<String>,
    /// The user's identifier, once it was looked up.
    pub user: Option<String>,
    pub place: Option<Place>,
    /// As it was requested.
    pub request: ArmFault,
    seen: AtomicU64,
    triggered: AtomicU64,
    events: AtomicU64,
    kept: Kept,
}

impl ArmFault {
    /// The fault, ready to be armed. Users and clients have not been looked up.
    ///
    /// # Errors
    /// What is wrong with the request, as a sentence for its sender.
    pub fn check(self, id: String, endpoints: &EndpointTable) -> Result<Armed, String> {
        let row = catalogue::find(&self.fault).ok_or_else(|| {
            let name = &self.fault;
            let meant = suggestion(name, catalogue::names());
            format!("there is no fault {name:?}{meant} (GET /control/api/faults/catalogue lists them)")
        })?;
        let place = self.place(row, endpoints)?;
        self.check_limits(row, place.as_ref(), endpoints)?;
        Ok(Armed {
            id,
            row,
            parameters: Parameters::read(row.parameters, &self.parameters)?,
            often: self.often(row)?,
            client: self.client_id.clone(),
            user: None,
            place,
            request: self,
            seen: AtomicU64::new(0),
            triggered: AtomicU64::new(0),
            events: AtomicU64::new(0),
            kept: Kept::default(),
        })
    }

    fn place(&self, row: &Row, endpoints: &EndpointTable) -> Result<Option<Place>, String> {
        let Some(text) = &self.endpoint else { return Ok(None) };
        let place = Place::read(text, endpoints).ok_or_else(|| {
            let groups = endpoints.fault_groups(Selection::All).join(", ");
            format!("there is no endpoint {text:?}: name one of {groups}, or a path with or without a method")
        })?;
        if !row.endpoints.contains(place.endpoint(endpoints)) {
            let (fault, places) = (row.name, endpoints.fault_groups(row.endpoints).join(", "));
            return Err(format!("{fault} does not apply to {text:?}, only to {places}"));
        }
        if row.holds {
            let fault = row.name;
            return Err(format!(
                "{fault} is a state of the whole issuer and cannot be limited to an endpoint"
            ));
        }
        Ok(Some(place))
    }

    fn check_limits(&self, row: &Row, place: Option<&Place>, endpoints: &EndpointTable) -> Result<(), String> {
        let fault = row.name;
        let narrowed = self.client_id.is_some() || self.user.is_some();
        if narrowed && row.of_issuer {
            return Err(format!(
                "{fault} is a state of the whole issuer and cannot be limited to a client or a user"
            ));
        }
        let knows_subject = match place {
            Some(place) => place.endpoint(endpoints).knows_subject(),
            None => row.knows_subject(endpoints),
        };
        if self.client_id.is_some() && !knows_subject {
            return Err(format!(
                "requests that {fault} applies to have no client: leave out client_id"
            ));
        }
        if self.user.is_some() && !knows_subject {
            return Err(format!("requests that {fault} applies to have no user: leave out user"));
        }
        Ok(())
    }

    fn often(&self, row: &Row) -> Result<Often, String> {
        let said = self.times.is_some() || self.share.is_some() || self.nth.is_some();
        if row.holds {
            let fault = row.name;
            return match said {
                true => Err(format!(
                    "{fault} lasts until it is disarmed: leave out times, share and nth"
                )),
                false => Ok(Often::Always),
            };
        }
        match (self.times, self.share, self.nth) {
            (Some(_), Some(_), _) => Err("times and share exclude each other".to_owned()),
            (_, Some(_), Some(_)) => Err("share and nth exclude each other".to_owned()),
            (Some(0), _, _) => Err("times must be at least 1".to_owned()),
            (_, _, Some(0)) => Err("nth must be at least 1".to_owned()),
            (None, Some(share), None) if (0.0..=100.0).contains(&share) => {
                // In range, so the cast cuts nothing off.
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 10,000")]
                Ok(Often::Share((share * f64::from(WHOLE) / 100.0).round() as u32))
            }
            (None, Some(_), None) => Err("share must be a percentage from 0 to 100".to_owned()),
            (times, None, nth) => {
                let usual = nth.map(|_| 1).or(row.times);
                Ok(match (times.or(usual), nth) {
                    (None, _) => Often::Always,
                    (Some(times), nth) => Often::Counted {
                        first: nth.unwrap_or(1),
                        times,
                    },
                })
            }
        }
    }
}

impl Armed {
    /// Whether it waits for requests like this one at all.
    pub fn waits_for(&self, asked: &Asked, fault_target: &Subject) -> bool {
        if asked.endpoint.is(&endpoint::JWKS) && matches!(self.row.effect, Effect::IdToken(_)) {
            return self.row.endpoints.contains(&endpoint::JWKS); // requests there name no client
        }
        let at = match &self.place {
            Some(place) => place.holds(asked.endpoint, &asked.method, &asked.path),
            None => self.row.endpoints.contains(asked.endpoint),
        };
        let same = |wanted: &Option<String>, known: &Option<String>| wanted.is_none() || wanted == known;
        at && same(&self.client, &fault_target.client) && same(&self.user, &fault_target.user)
    }

    /// Counts a matching call and says whether the fault triggers at it.
    ///
    /// One addition decides, so of many calls at once it triggers at exactly as many as were asked for.
    pub fn trigger(&self, random: &Random) -> bool {
        let call = self.seen.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        let triggers = match self.often {
            Often::Always => true,
            Often::Counted { first, times } => (first..first.saturating_add(times)).contains(&call),
            Often::Share(share) => u32::from_be_bytes(random.bytes()) % WHOLE < share,
        };
        if triggers {
            self.triggered.fetch_add(1, Ordering::Relaxed);
        }
        triggers
    }

    /// Takes back a call at which it triggered.
    pub(super) fn take_back(&self) {
        self.seen.fetch_sub(1, Ordering::Relaxed);
        self.triggered.fetch_sub(1, Ordering::Relaxed);
    }

    /// How many matching calls there were.
    pub fn seen(&self) -> u64 {
        self.seen.load(Ordering::Relaxed)
    }

    /// How many of them triggered it.
    pub fn triggered(&self) -> u64 {
        self.triggered.load(Ordering::Relaxed)
    }

    /// Whether it has triggered as often as it was armed for.
    pub fn is_used_up(&self) -> bool {
        matches!(self.often, Often::Counted { times, .. } if self.triggered() >= times)
    }

    /// Notes that what the fault waits for has happened once more, such as a login or a refresh; how often it had
    /// before.
    pub fn note_event(&self) -> u64 {
        self.events.fetch_add(1, Ordering::Relaxed)
    }

    pub fn events(&self) -> u64 {
        self.events.load(Ordering::Relaxed)
    }

    /// What the fault keeps for as long as it is armed; made when it is asked for first.
    pub fn keep<T: Send + Sync + 'static>(&self, make: impl FnOnce() -> T) -> Arc<T> {
        let mut kept = self.kept.lock();
        let there = kept.clone().and_then(|kept| kept.downcast::<T>().ok());
        there.unwrap_or_else(|| {
            let made = Arc::new(make());
            *kept = Some(made.clone());
            made
        })
    }

    /// Keeps something else from now on.
    pub fn keep_instead<T: Send + Sync + 'static>(&self, value: T) {
        *self.kept.lock() = Some(Arc::new(value));
    }

    /// What the fault keeps, if it keeps anything.
    pub fn kept<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        self.kept.lock().clone().and_then(|kept| kept.downcast::<T>().ok())
    }
}

type Anything = Option<Arc<dyn Any + Send + Sync>>;

/// A throw-away key, an answer to be repeated: faults hold it without knowing what it is, since rooms do not know one
/// another.
#[derive(Default)]
struct Kept(Mutex<Anything>);

impl Kept {
    fn lock(&self) -> MutexGuard<'_, Anything> {
        self.0.lock()
    }
}

impl fmt::Debug for Kept {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("…")
    }
}

#[cfg(test)]
mod tests;
