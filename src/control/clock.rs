//! `GET|PATCH /control/api/clock`: a realm's time, read and turned.
//!
//! Forward only: what has been issued, expired or written at a later time cannot be made undone by a clock. What falls
//! due happens on the way, in order, before the answer ([`agenda::walk`]).

use crate::{
    api::{
        operation::{Answer, Body, Content},
        parameters::JsonBody,
        problem::Problem,
        schema,
    },
    app::{
        App, Realm,
        agenda::{self, Goal, Speed, TurnError},
        control_operation::{ControlOperation, Reach},
    },
    clock::Clock,
    portals,
    realms::{self, rate::Rate},
};
use axum::{
    Json,
    extract::State,
    routing::{get, patch},
};
use http::Method;
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::duration::Duration;

pub const OPERATIONS: &[ControlOperation] = &[
    ControlOperation {
        method: Method::GET,
        path: CLOCK,
        id: "readClock",
        tag: "Clock",
        summary: "Read the realm's clock",
        access: Reach::Realm,
        query: &[],
        body: Body::Nothing,
        answer: SHOWN,
        refusals: &[],
        handler: || get(read),
    },
    ControlOperation {
        method: Method::PATCH,
        path: CLOCK,
        id: "turnClock",
        tag: "Clock",
        summary: "Advance, set, freeze, resume or speed up the realm's clock; events that fall due in between happen",
        access: Reach::Realm,
        query: &[],
        body: Body::optional_json(schema::of_body::<Turn>),
        answer: SHOWN,
        refusals: &[
            (400, "The request is invalid."),
            (
                409,
                "The clock cannot go backwards, or too many events fall due in between.",
            ),
        ],
        handler: || patch(turn),
    },
];

const CLOCK: &str = "/control/api/clock";
const SHOWN: Answer = Answer {
    status: 200,
    description: Some("The clock as it is now."),
    content: Content::Json(schema::of_answer::<ClockView>),
};

/// The clock as it is shown.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ClockView {
    #[schemars(schema_with = "schema::date_time")]
    pub now: Timestamp,
    pub frozen: bool,
    /// The rate of the clock; 0 while it is frozen.
    #[schemars(with = "f64")]
    pub rate: Rate,
    /// The rate of the clock once it is resumed.
    #[schemars(with = "f64")]
    pub resumes_at: Rate,
}

impl From<&Clock> for ClockView {
    fn from(clock: &Clock) -> Self {
        Self {
            now: clock.now(),
            frozen: clock.frozen(),
            rate: Rate(clock.rate),
            resumes_at: Rate(clock.resumes_at),
        }
    }
}

/// What is to be done with it. `advance` and `now` exclude each other; `frozen` and `rate` go with either, with one
/// another, or alone: they say how the clock goes on from there.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct Turn {
    advance: Option<Duration>,
    #[schemars(schema_with = "schema::date_time")]
    now: Option<Timestamp>,
    /// A resumed clock runs at its rate before it was frozen.
    frozen: Option<bool>,
    rate: Option<Rate>,
}

/// `GET /control/api/clock`
async fn read(realm: Realm) -> Json<ClockView> {
    Json(ClockView::from(&realm.clock))
}

/// `PATCH /control/api/clock`
async fn turn(
    State(app): State<App>,
    realm: Realm,
    JsonBody(turn): JsonBody<Turn>,
) -> Result<Json<ClockView>, Problem> {
    let speed = turn.check()?;
    let goal = turn.goal(realm.clock.now())?;
    let realm = agenda::walk(&app, &realms::event_handlers(&portals::of(&app)), realm.id, goal, speed).await?;
    Ok(Json(ClockView::from(&realm.clock)))
}

impl Turn {
    fn check(&self) -> Result<Speed, Problem> {
        if self.advance.is_some() && self.now.is_some() {
            return Err(Problem::bad_request("send `advance` or `now`, not both"));
        }
        if self.advance.is_none() && self.now.is_none() && self.frozen.is_none() && self.rate.is_none() {
            return Err(Problem::bad_request(
                "send one of `advance` (PT2H), `now` (a time), `frozen` (true, false) or `rate` (60)",
            ));
        }
        Rate::speed(self.rate, self.frozen).map_err(Problem::bad_request)
    }

    /// Stretches of months and years have the length they have from `now`.
    fn goal(&self, now: Timestamp) -> Result<Goal, Problem> {
        match (self.advance, self.now) {
            (Some(stretch), _) => {
                let then = stretch.after(now).ok_or(TurnError::EndOfTime)?;
                Ok(Goal::By(then.duration_since(now)))
            }
            (None, Some(target)) => Ok(Goal::At(target)),
            (None, None) => Ok(Goal::By(SignedDuration::ZERO)),
        }
    }
}

impl From<TurnError> for Problem {
    fn from(error: TurnError) -> Self {
        match error {
            TurnError::Gone => Self::not_found(error.to_string()),
            TurnError::Backwards(_) => Self::conflict(format!(
                "{error}: create a realm at the earlier time, or restore a snapshot"
            )),
            TurnError::EndOfTime => Self::bad_request(error.to_string()),
            TurnError::TooMuch { .. } => Self::conflict(format!("{error}; advance it again to continue")),
            TurnError::Database(error) => error.into(),
            TurnError::Directory(error) => error.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instant(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn read(turn: &str) -> Result<(Goal, Speed), Problem> {
        let turn: Turn = serde_json::from_str(turn).unwrap();
        let speed = turn.check()?;
        Ok((turn.goal(instant("2025-06-02T06:00:00Z"))?, speed))
    }

    #[test]
    fn a_clock_advances_by_hours_days_and_months() {
        for (advance, seconds) in [
            ("PT2H", 7200),
            ("P30D", 30 * 86_400),
            ("P1M", 30 * 86_400),
            ("P1Y", 365 * 86_400),
            ("90 seconds", 90),
            ("PT0S", 0),
            ("-PT1S", -1),
        ] {
            let (goal, speed) = read(&format!(r#"{{"advance":"{advance}"}}"#)).unwrap();
            assert_eq!(goal, Goal::By(SignedDuration::from_secs(seconds)), "{advance}");
            assert_eq!(speed, Speed::default());
        }
        let (goal, _) = read(r#"{"advance":"PT0.5S"}"#).unwrap();
        assert_eq!(goal, Goal::By(SignedDuration::from_millis(500)));
    }

    #[test]
    fn a_clock_is_set_to_an_instant() {
        let (goal, _) = read(r#"{"now":"2025-06-02T10:00:00+02:00"}"#).unwrap();

        assert_eq!(goal, Goal::At(instant("2025-06-02T08:00:00Z")));
    }

    #[test]
    fn frozen_and_rate_say_how_it_goes_on() {
        for (turn, rate, frozen) in [
            (r#"{"frozen":true}"#, None, Some(true)),
            (r#"{"frozen":false}"#, None, Some(false)),
            (r#"{"rate":60}"#, Some(60_000), None),
            (r#"{"rate":0.5}"#, Some(500), None),
            (r#"{"rate":0}"#, None, Some(true)),
            (r#"{"rate":0,"frozen":true}"#, None, Some(true)),
            (r#"{"rate":1.001,"frozen":true}"#, Some(1001), Some(true)),
            (r#"{"rate":60,"advance":"PT1H"}"#, Some(60_000), None),
        ] {
            assert_eq!(read(turn).unwrap().1, Speed { rate, frozen }, "{turn}");
        }
    }

    #[test]
    fn an_empty_or_contradictory_turn_is_refused() {
        for wrong in [
            "{}",
            r#"{"advance":"PT1S","now":"2030-01-01T00:00:00Z"}"#,
            r#"{"advance":"P9999Y"}"#,
            r#"{"rate":0,"frozen":false}"#,
        ] {
            let problem = read(wrong).unwrap_err();
            assert_eq!(problem.status(), http::StatusCode::BAD_REQUEST, "{wrong}");
        }
    }

    #[test]
    fn what_is_no_duration_instant_speed_or_member_is_refused() {
        for wrong in [
            r#"{"advance":"soon"}"#,
            r#"{"advance":7200}"#,
            r#"{"now":"2025-06-02T08:00:00"}"#,
            r#"{"now":"yesterday"}"#,
            r#"{"frozen":"yes"}"#,
            r#"{"freeze":true}"#,
            r#"{"rate":-1}"#,
            r#"{"rate":"60"}"#,
            r#"{"rate":0.0001}"#,
            r#"{"rate":100001}"#,
            r#"{"rate":1e300}"#,
        ] {
            assert!(serde_json::from_str::<Turn>(wrong).is_err(), "{wrong}");
        }
    }
}
