//! Which exchanges are asked for, and waiting for them.

use std::time::Duration;

use crate::{
    api::{
        operation::Parameter,
        parameters::Parameters,
        problem::Problem,
        schema,
        waiting::{WAIT, Waiting},
    },
    app::{App, Realm},
    journal::Entry,
};

/// How many are shown at a time, unless fewer are asked for.
const MOST_AT_A_TIME: u16 = 500;

const FLOW: Parameter = Parameter::optional("flow", schema::text, "Only exchanges of the flow with this number.");
const CLIENT: Parameter = Parameter::optional("client_id", schema::text, "Only exchanges with this client.");
const USER: Parameter = Parameter::optional("user", schema::text, "Only exchanges of the user with this name.");
const ENDPOINT: Parameter = Parameter::optional(
    "endpoint",
    schema::text,
    "Only exchanges at this endpoint: a name, such as token, userinfo, login or mypatientportal, or a path, such as /oauth/token.",
);
const METHOD: Parameter = Parameter::optional("method", schema::text, "Only exchanges with this method.");
const STATUS: Parameter = Parameter::optional(
    "status",
    schema::text,
    "Only answers with this status, such as 400, or of this class, such as 4xx.",
);
const REFUSED: Parameter = Parameter::optional(
    "refused",
    schema::boolean,
    "Only exchanges with a refusal, or only those without.",
);
const FAULT: Parameter = Parameter::optional("fault", schema::text, "Only exchanges that this fault has changed.");
const AFTER: Parameter = Parameter::optional(
    "after",
    schema::integer,
    "Only exchanges after the one with this sequence.",
);
const LIMIT: Parameter = Parameter::optional(
    "limit",
    schema::integer,
    "The maximum number, 1 to 500: the newest ones, or with `after` the oldest ones after it.",
);
const EXPECT: Parameter = Parameter::optional(
    "expect",
    schema::integer,
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
    /// Reads what narrows every list: [`FILTERS`].
    pub fn read(parameters: &Parameters) -> Result<Self, Problem> {
        let status = "a number, such as 400, or a class, such as 4xx";
        Ok(Self {
            flow: parameters.number("flow")?,
            client: parameters.owned("client_id"),
            user: parameters.owned("user"),
            endpoint: parameters.owned("endpoint"),
            method: parameters.owned("method"),
            status: parameters.read_by("status", status, Status::read)?,
            refused: parameters.boolean("refused")?,
            fault: parameters.owned("fault"),
            ..Self::default()
        })
    }

    /// The same with what says how much of a list is shown, and how long to wait for it: [`FILTERS_AND_PAGE`].
    pub fn read_page(parameters: &Parameters) -> Result<Self, Problem> {
        let limit = parameters.number_in("limit", 1..=MOST_AT_A_TIME.into())?;
        Ok(Self {
            after: parameters.number("after")?,
            limit: limit.and_then(|limit| usize::try_from(limit).ok()),
            wait: parameters.wait()?,
            ..Self::read(parameters)?
        })
    }

    /// The same with how many there should be: [`FILTERS_AND_EXPECT`].
    pub fn read_expect(parameters: &Parameters) -> Result<Self, Problem> {
        Ok(Self {
            after: parameters.number("after")?,
            expect: parameters.number("expect")?,
            ..Self::read(parameters)?
        })
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
        let limit = self.limit.unwrap_or(MOST_AT_A_TIME.into());
        if self.after.is_some() {
            chosen.truncate(limit);
        } else {
            chosen.drain(..chosen.len().saturating_sub(limit));
        }
        chosen
    }
}

impl Status {
    fn read(text: &str) -> Option<Self> {
        let class = text.strip_suffix("xx").and_then(|digit| digit.parse().ok());
        match class {
            Some(digit) => Some(Self::Class(digit)).filter(|_| (1..=5).contains(&digit)),
            None => text
                .parse()
                .ok()
                .filter(|status| (100..=599).contains(status))
                .map(Self::Exactly),
        }
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

/// Looks until there is something to show, or the time is over.
pub async fn watch(app: &App, realm: &Realm, filter: &Filter) -> (Vec<Entry>, u64) {
    let mut notify = app.journal.listen(realm.id); // before looking, so that nothing falls in between
    let mut waiting = Waiting::new(filter.wait, &app.shutdown);
    loop {
        let (entries, dropped) = app.journal.list(realm.id).await;
        let found = filter.choose(entries);
        let changed = async { notify.changed().await.is_ok() }; // fails when the realm is gone
        if !found.is_empty() || !waiting.until(changed).await {
            return (found, dropped);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_page(query: &str) -> Result<Filter, Problem> {
        Filter::read_page(&Parameters::read(Some(query), FILTERS_AND_PAGE)?)
    }

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
            assert!(read_page(wrong).is_err(), "{wrong}");
        }
        assert!(Parameters::read(Some("wait=1s"), FILTERS).is_err());
        let expect = Parameters::read(Some("expect=many"), FILTERS_AND_EXPECT).unwrap();
        assert!(Filter::read_expect(&expect).is_err());
    }

    #[test]
    fn a_status_is_one_or_a_class() {
        assert!(Status::read("4xx").unwrap().covers(404));
        assert!(!Status::read("4xx").unwrap().covers(500));
        assert!(Status::read("400").unwrap().covers(400));
        assert!(!Status::read("400").unwrap().covers(401));
    }
}
