//! Which exchanges are asked for, and waiting for them.

use std::time::Duration;

use crate::app::{App, Realm};
use crate::control::outbox::{WAIT, wait};
use crate::control::problem::Problem;
use crate::control::route_table::Parameter;
use crate::journal::Entry;
use crate::web::parameters::read_form;

/// How many are shown at a time, unless fewer are asked for.
const MOST_AT_A_TIME: usize = 500;

const fn parameter(name: &'static str, kind: &'static str, description: &'static str) -> Parameter {
    Parameter {
        name,
        description,
        kind,
    }
}

const FLOW: Parameter = parameter("flow", "string", "Only exchanges of the flow with this number.");
const CLIENT: Parameter = parameter("client_id", "string", "Only exchanges with this client.");
const USER: Parameter = parameter("user", "string", "Only exchanges of the user with this name.");
const ENDPOINT: Parameter = parameter(
    "endpoint",
    "string",
    "Only exchanges at this endpoint: a name, such as token, userinfo, login or mypatientportal, or a path, such as /oauth/token.",
);
const METHOD: Parameter = parameter("method", "string", "Only exchanges with this method.");
const STATUS: Parameter = parameter(
    "status",
    "string",
    "Only answers with this status, such as 400, or of this class, such as 4xx.",
);
const REFUSED: Parameter = parameter(
    "refused",
    "boolean",
    "Only exchanges with a refusal, or only those without.",
);
const FAULT: Parameter = parameter("fault", "string", "Only exchanges that this fault has changed.");
const AFTER: Parameter = parameter("after", "integer", "Only exchanges after the one with this sequence.");
const LIMIT: Parameter = parameter(
    "limit",
    "integer",
    "The maximum number, 1 to 500: the newest ones, or with `after` the oldest ones after it.",
);
const EXPECT: Parameter = parameter(
    "expect",
    "integer",
    "The expected number; 409 if there are more or fewer.",
);

/// The filters of every list.
pub const FILTERS: &[Parameter] = &[FLOW, CLIENT, USER, ENDPOINT, METHOD, STATUS, REFUSED, FAULT];
pub const FILTERS_AND_PAGE: &[Parameter] = &[
    FLOW, CLIENT, USER, ENDPOINT, METHOD, STATUS, REFUSED, FAULT, AFTER, LIMIT, WAIT,
];
pub const FILTERS_AND_EXPECT: &[Parameter] = &[
    FLOW, CLIENT, USER, ENDPOINT, METHOD, STATUS, REFUSED, FAULT, AFTER, EXPECT,
];

/// Which exchanges are asked for.
#[derive(Debug, Default, PartialEq)]
pub struct Filter {
    flow: Option<u64>,
    client: Option<String>,
    user: Option<String>,
    endpoint: Option<String>,
    method: Option<String>,
    status: Option<Status>,
    refused: Option<bool>,
    fault: Option<String>,
    after: Option<u64>,
    limit: Option<usize>,
    wait: Duration,
    pub expect: Option<usize>,
}

/// One status, or a class of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    Exactly(u16),
    Class(u16),
}

impl Filter {
    /// Reads a query that knows these parameters.
    pub fn read(query: &str, known: &[Parameter]) -> Result<Self, Problem> {
        let mut filter = Self::default();
        for (name, value) in read_form(query.as_bytes()).map_err(|error| Problem::bad_request(error.to_string()))? {
            if !known.iter().any(|parameter| parameter.name == name) {
                let names: Vec<_> = known.iter().map(|parameter| parameter.name).collect();
                return Err(Problem::bad_request(format!(
                    "unknown parameter {name:?}; known: {}",
                    names.join(", ")
                )));
            }
            filter.take(&name, value)?;
        }
        Ok(filter)
    }

    fn take(&mut self, name: &str, value: String) -> Result<(), Problem> {
        match name {
            "flow" => self.flow = Some(number(name, &value)?),
            "client_id" => self.client = Some(value),
            "user" => self.user = Some(value),
            "endpoint" => self.endpoint = Some(value),
            "method" => self.method = Some(value),
            "status" => self.status = Some(Status::read(&value)?),
            "refused" => self.refused = Some(truth(name, &value)?),
            "fault" => self.fault = Some(value),
            "after" => self.after = Some(number(name, &value)?),
            "limit" => self.limit = Some(limit(&value)?),
            "expect" => self.expect = Some(number(name, &value)?),
            _ => self.wait = wait(&value)?,
        }
        Ok(())
    }

    pub fn matches(&self, entry: &Entry) -> bool {
        let (exchange, parties) = (&entry.exchange, &entry.parties);
        let is =
            |wanted: &Option<String>, found: Option<&str>| wanted.as_deref().is_none_or(|wanted| found == Some(wanted));
        is(&self.client, parties.client.as_ref().map(|client| client.0.as_str()))
            && is(&self.user, parties.user.as_ref().map(|(_, username)| username.as_str()))
            && self
                .fault
                .as_ref()
                .is_none_or(|fault| exchange.faults.0.iter().any(|mark| mark.fault == fault))
            && self
                .flow
                .is_none_or(|flow| exchange.flow.is_some_and(|own| own.0 == flow))
            && self.after.is_none_or(|after| exchange.sequence > after)
            && self.refused.is_none_or(|refused| exchange.refusal.is_some() == refused)
            && self
                .status
                .is_none_or(|status| exchange.status().is_some_and(|own| status.covers(own)))
            && self
                .method
                .as_ref()
                .is_none_or(|method| exchange.request.method.eq_ignore_ascii_case(method))
            && self.endpoint.as_ref().is_none_or(|endpoint| at(endpoint, entry))
    }

    /// Those that fit, at most as many as asked for.
    fn choose(&self, entries: Vec<Entry>) -> Vec<Entry> {
        let mut chosen: Vec<Entry> = entries.into_iter().filter(|entry| self.matches(entry)).collect();
        let limit = self.limit.unwrap_or(MOST_AT_A_TIME);
        if self.after.is_some() {
            chosen.truncate(limit);
        } else {
            chosen.drain(..chosen.len().saturating_sub(limit));
        }
        chosen
    }
}

impl Status {
    fn read(text: &str) -> Result<Self, Problem> {
        let class = text.strip_suffix("xx").and_then(|digit| digit.parse().ok());
        let status = match class {
            Some(digit) => Some(Self::Class(digit)).filter(|_| (1..=5).contains(&digit)),
            None => text
                .parse()
                .ok()
                .filter(|status| (100..=599).contains(status))
                .map(Self::Exactly),
        };
        status.ok_or_else(|| Problem::bad_request("`status` must be a number, such as 400, or a class, such as 4xx"))
    }

    fn covers(self, status: u16) -> bool {
        match self {
            Self::Exactly(one) => status == one,
            Self::Class(digit) => status / 100 == digit,
        }
    }
}

/// By name, or by path: exactly, or everything below it.
fn at(endpoint: &str, entry: &Entry) -> bool {
    let path = &entry.exchange.request.path;
    if !endpoint.starts_with('/') {
        return entry.exchange.endpoint() == endpoint;
    }
    let rest = path.strip_prefix(endpoint.trim_end_matches('/'));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn number<N: std::str::FromStr>(name: &str, text: &str) -> Result<N, Problem> {
    text.parse()
        .map_err(|_| Problem::bad_request(format!("`{name}` must be a whole number")))
}

fn limit(text: &str) -> Result<usize, Problem> {
    let limit = text.parse().ok().filter(|limit| (1..=MOST_AT_A_TIME).contains(limit));
    limit.ok_or_else(|| Problem::bad_request(format!("`limit` must be a number from 1 to {MOST_AT_A_TIME}")))
}

fn truth(name: &str, text: &str) -> Result<bool, Problem> {
    text.parse()
        .map_err(|_| Problem::bad_request(format!("`{name}` must be true or false")))
}

/// Looks until there is something to show, or the time is over: the machine's, since a realm's may stand still.
pub async fn watch(app: &App, realm: &Realm, filter: &Filter) -> (Vec<Entry>, u64) {
    let mut notify = app.journal.listen(realm.id); // before looking, so that nothing falls in between
    let deadline = tokio::time::sleep(filter.wait);
    tokio::pin!(deadline);
    loop {
        let (entries, dropped) = app.journal.list(realm.id).await;
        let found = filter.choose(entries);
        if !found.is_empty() || filter.wait.is_zero() {
            return (found, dropped);
        }
        tracing::debug!("waiting for an exchange");
        tokio::select! {
            () = &mut deadline => return (found, dropped),
            () = app.shutdown.cancelled() => return (found, dropped),
            changed = notify.changed() => if changed.is_err() {
                return (found, dropped); // the realm is gone
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invalid_filter_is_refused() {
        for wrong in [
            "client=demo",
            "flow=first",
            "flow=-1",
            "status=9xx",
            "status=99",
            "status=teapot",
            "refused=perhaps",
            "after=x",
            "limit=0",
            "limit=501",
            "wait=soon",
            "expect=2",
            "user=%ff",
        ] {
            assert!(Filter::read(wrong, FILTERS_AND_PAGE).is_err(), "{wrong}");
        }
        assert!(Filter::read("wait=1s", FILTERS).is_err());
        assert!(Filter::read("expect=many", FILTERS_AND_EXPECT).is_err());
    }

    #[test]
    fn a_status_is_one_or_a_class() {
        assert!(Status::read("4xx").unwrap().covers(404));
        assert!(!Status::read("4xx").unwrap().covers(500));
        assert!(Status::read("400").unwrap().covers(400));
        assert!(!Status::read("400").unwrap().covers(401));
    }
}
