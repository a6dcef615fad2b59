//! `GET|PATCH /control/api/clock`: a realm's time, read and turned (design: "Time, chance").
//!
//! Forward only: what has been issued, expired or written at a later time cannot be made undone by a clock.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::{get, patch};
use http::{HeaderMap, Method};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::body::{self, Stretch};
use super::problem::Problem;
use super::route_table::{Answer, Content, Reach, Row};
use crate::app::{App, Realm};
use crate::clock::Clock;
use crate::store::{self, Tx, settle};

pub const ROWS: &[Row] = &[
    Row {
        method: Method::GET,
        path: CLOCK,
        operation: "readClock",
        tag: "Clock",
        summary: "The realm's time",
        reach: Reach::Realm,
        query: &[],
        body: None,
        answer: SHOWN,
        refusals: &[],
        serve: || get(read),
    },
    Row {
        method: Method::PATCH,
        path: CLOCK,
        operation: "turnClock",
        tag: "Clock",
        summary: "Advance, set forward, freeze or resume the realm's time",
        reach: Reach::Realm,
        query: &[],
        body: Some(|| {
            json!({"type": "object", "additionalProperties": false, "properties": {
                "advance": {"type": "string", "description": "A stretch of time, such as PT2H."},
                "now": {"type": "string", "format": "date-time"},
                "frozen": {"type": "boolean"},
            }})
        }),
        answer: SHOWN,
        refusals: &[(400, "The turn cannot be read."), (409, "Time does not go backwards.")],
        serve: || patch(turn),
    },
];

const CLOCK: &str = "/control/api/clock";
const SHOWN: Answer = Answer {
    status: 200,
    description: "The clock as it stands.",
    content: Content::Json(clock_schema),
};

/// The JSON Schema of a clock as it is shown.
pub fn clock_schema() -> Value {
    json!({"type": "object", "required": ["now", "frozen"], "properties": {
        "now": {"type": "string", "format": "date-time"},
        "frozen": {"type": "boolean"},
    }})
}

/// The clock as it is shown.
#[derive(Debug, Serialize)]
pub struct Shown {
    pub now: Timestamp,
    pub frozen: bool,
}

impl From<&Clock> for Shown {
    fn from(clock: &Clock) -> Self {
        Self {
            now: clock.now(),
            frozen: clock.frozen(),
        }
    }
}

/// What is to be done with it. `advance` and `now` exclude each other; `frozen` goes with either, or alone.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Turn {
    advance: Option<Stretch>,
    now: Option<Timestamp>,
    frozen: Option<bool>,
}

/// `GET /control/api/clock`
pub async fn read(realm: Realm) -> Json<Shown> {
    Json(Shown::from(&realm.clock))
}

/// `PATCH /control/api/clock`
pub async fn turn(
    State(app): State<App>,
    realm: Realm,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Shown>, Problem> {
    let turn: Turn = body::read(&headers, &body)?;
    turn.check()?;

    let mut tx = app.database.begin().await?;
    let outcome = turned(&mut tx, &realm, &turn).await;
    let settings = settle(tx, outcome).await?;

    let realm = app.realms.put(&app.database, settings).await?;
    Ok(Json(Shown::from(&realm.clock)))
}

async fn turned(tx: &mut Tx, realm: &Realm, turn: &Turn) -> Result<crate::model::RealmSettings, Problem> {
    let settings = store::realms::touch(tx, realm.id).await?;
    let mut settings = settings.ok_or_else(|| Problem::not_found("the realm has just been deleted"))?;
    settings.clock = turn.apply(&settings.clock)?;
    store::realms::update_clock(tx, realm.id, &settings.clock).await?;
    Ok(settings)
}

impl Turn {
    fn check(&self) -> Result<(), Problem> {
        match self {
            Self {
                advance: Some(_),
                now: Some(_),
                ..
            } => Err(Problem::bad_request("`advance` and `now` cannot both be followed")),
            Self {
                advance: None,
                now: None,
                frozen: None,
            } => Err(Problem::bad_request(
                "say one of `advance` (PT2H), `now` (an instant) or `frozen` (true, false)",
            )),
            _ => Ok(()),
        }
    }

    /// The clock after this turn.
    fn apply(&self, clock: &Clock) -> Result<Clock, Problem> {
        let now = clock.now();
        let target = match (self.advance, self.now) {
            (Some(stretch), _) => stretch
                .after(now)
                .ok_or_else(|| Problem::bad_request("time does not go that far"))?,
            (None, Some(target)) => target,
            (None, None) => now,
        };
        if target < now {
            let detail =
                format!("a clock does not run backwards, and it shows {now}: make a realm at the earlier time");
            return Err(Problem::conflict(detail));
        }
        let rate = match self.frozen {
            Some(true) => 0,
            Some(false) if clock.frozen() => Clock::REAL_TIME,
            Some(false) | None => clock.rate,
        };
        // Setting a clock anew costs it the part of a millisecond; one that is only read keeps it.
        Ok(if target == now {
            clock.at_rate(rate)
        } else {
            clock.set_to(target).at_rate(rate)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instant(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn stopped() -> Clock {
        Clock::starting_at(instant("2025-06-02T06:00:00Z"), true)
    }

    fn apply(turn: &str) -> Result<Clock, Problem> {
        let turn: Turn = serde_json::from_str(turn).unwrap();
        turn.check()?;
        turn.apply(&stopped())
    }

    #[test]
    fn a_clock_advances_by_hours_days_and_months() {
        for (advance, then) in [
            ("PT2H", "2025-06-02T08:00:00Z"),
            ("PT0.5S", "2025-06-02T06:00:00.5Z"),
            ("P30D", "2025-07-02T06:00:00Z"),
            ("P1M", "2025-07-02T06:00:00Z"),
            ("P1Y", "2026-06-02T06:00:00Z"),
            ("90 seconds", "2025-06-02T06:01:30Z"),
            ("PT0S", "2025-06-02T06:00:00Z"),
        ] {
            let clock = apply(&format!(r#"{{"advance":"{advance}"}}"#)).unwrap();
            assert_eq!(clock.now(), instant(then), "{advance}");
            assert!(clock.frozen(), "{advance}");
        }
    }

    #[test]
    fn a_clock_is_set_forward_and_never_back() {
        assert_eq!(
            apply(r#"{"now":"2025-06-02T10:00:00+02:00"}"#).unwrap().now(),
            instant("2025-06-02T08:00:00Z")
        );
        for back in [
            r#"{"now":"2025-06-02T05:59:59.999Z"}"#,
            r#"{"advance":"-PT1S"}"#,
            r#"{"now":"1970-01-01T00:00:00Z","frozen":false}"#,
        ] {
            let problem = apply(back).unwrap_err();
            assert_eq!(problem.status(), http::StatusCode::CONFLICT, "{back}");
        }
    }

    #[test]
    fn a_frozen_clock_resumes_from_where_it_stood_and_freezes_again() {
        let running = apply(r#"{"frozen":false}"#).unwrap();
        assert!(!running.frozen());
        assert_eq!(running.shown, instant("2025-06-02T06:00:00Z"));

        let turn: Turn = serde_json::from_str(r#"{"frozen":true}"#).unwrap();
        let again = turn.apply(&running).unwrap();
        assert!(again.frozen() && again.now() >= running.shown);
    }

    #[test]
    fn resuming_a_running_clock_changes_nothing_about_its_speed() {
        let fast = Clock {
            rate: 60_000,
            ..stopped()
        };
        let turn: Turn = serde_json::from_str(r#"{"frozen":false}"#).unwrap();

        assert_eq!(turn.apply(&fast).unwrap().rate, 60_000);
    }

    #[test]
    fn an_empty_or_contradictory_turn_is_refused() {
        for wrong in [
            "{}",
            r#"{"advance":"PT1S","now":"2030-01-01T00:00:00Z"}"#,
            r#"{"advance":"P9999Y"}"#,
        ] {
            let problem = apply(wrong).unwrap_err();
            assert_eq!(problem.status(), http::StatusCode::BAD_REQUEST, "{wrong}");
        }
    }

    #[test]
    fn what_is_no_duration_instant_or_member_is_refused() {
        for wrong in [
            r#"{"advance":"soon"}"#,
            r#"{"advance":7200}"#,
            r#"{"now":"2025-06-02T08:00:00"}"#,
            r#"{"now":"yesterday"}"#,
            r#"{"frozen":"yes"}"#,
            r#"{"freeze":true}"#,
        ] {
            assert!(serde_json::from_str::<Turn>(wrong).is_err(), "{wrong}");
        }
    }
}
