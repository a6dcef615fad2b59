//! The calls of the API: what is served where, and for whom.
//!
//! Routing, the OpenAPI document and the tests all read this table, so they cannot disagree. `evidence` says how we know
//! of a call: documented ones answer as documented, inferred ones as our specification's position has it.
//!
//! Paths are below each of the mounts (`/vsee/api_v3`, `/vsee/vc/{next,stable}/api_v3`) and may end in `.json`.

mod rows;

use http::Method;

pub use rows::ROWS;

/// What a row does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    SignOn,
    LogIn,
    ListUsers,
    ShowUser,
    AssignRoom,
    CreateIntake,
    UpdateIntake,
    ShowIntake,
    UploadAttachment,
    DownloadAttachment,
    AddWalkIn,
    AddEConsult,
    /// The same under its other documented path.
    AddEConsultAlias,
    CreateVisit,
    ListVisits,
    ShowVisit,
    EndVisit,
    AcceptVisit,
    ListAvailability,
    /// The same, as the documented sample sends it.
    ListAvailabilityByPost,
    ListRooms,
    CreateRoom,
    ShowRoom,
    ListProvidersOfRoom,
    ShowProviderOfRoom,
    ListAccounts,
    ShowAccount,
}

/// Whom a row answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    Public,
    /// `X-ApiKey` and `X-ApiSecret`.
    Key,
    /// `X-ApiToken` of anybody.
    Token,
    /// `X-ApiToken` of an admin.
    Admin,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    Documented,
    Inferred,
}

/// The methods the API knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verb {
    Get,
    Post,
}

impl Verb {
    pub fn method(self) -> Method {
        match self {
            Self::Get => Method::GET,
            Self::Post => Method::POST,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

/// One method at one path.
#[derive(Debug)]
pub struct Row {
    pub verb: Verb,
    pub path: &'static str,
    pub operation: Operation,
    pub access: Access,
    pub evidence: Evidence,
    pub summary: &'static str,
    pub query: &'static [Parameter],
    pub body: &'static [Parameter],
    /// Whether the body may have any other member, which is kept as it came.
    pub open: bool,
    /// Whether the body may bring files.
    pub files: bool,
    pub answer: Answer,
    /// The row's own refusals; 400 and those of its access can happen anyway.
    pub refusals: &'static [(u16, &'static str)],
}

/// A query parameter, or a member of the body.
#[derive(Debug)]
pub struct Parameter {
    pub name: &'static str,
    pub kind: Kind,
    pub required: bool,
    pub description: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    /// A number, or the same as text.
    Number,
    /// Unix seconds, as a number or as text.
    Seconds,
    /// `YYYY-MM-DD`.
    Date,
    /// `true`, `1` and the like.
    Boolean,
    /// `[{"id": …}]`, `[…]`, or joined by commas.
    Ids,
    /// Anything.
    Any,
}

/// What a row answers with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Answer {
    SignedOn,
    User,
    Users,
    RoomAssigned,
    IntakeId,
    Intake,
    Attachment,
    File,
    Visit,
    Visits,
    Slots,
    Room,
    Rooms,
    Provider,
    Providers,
    Account,
    Accounts,
}

impl Row {
    /// Whether the table knows an input of this name: what a handler reads is documented.
    pub fn documents(&self, name: &str) -> bool {
        self.query
            .iter()
            .chain(self.body)
            .any(|parameter| parameter.name == name)
    }

    pub fn writes(&self) -> bool {
        self.verb != Verb::Get
    }
}

/// What stands at a path.
#[derive(Debug, PartialEq, Eq)]
pub enum Found {
    /// A row, and what stands for its placeholders, in order.
    Row(&'static Row, Vec<String>),
    /// The path is known, the method is not; these are.
    WrongMethod(Vec<&'static str>),
    Nothing,
}

impl PartialEq for Row {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Eq for Row {}

/// The row for a method and a path below the mount, percent-encoded as it came. `HEAD` is served as `GET`.
pub fn find(method: &Method, path: &str) -> Found {
    let path = path.strip_suffix(".json").unwrap_or(path);
    let segments: Option<Vec<String>> = path.strip_prefix('/').unwrap_or(path).split('/').map(decoded).collect();
    let Some(segments) = segments else {
        return Found::Nothing;
    };
    // Words beat placeholders: `/visits/add_walkin` is no visit.
    let fits = ROWS.iter().filter(|row| matched(row.path, &segments).is_some());
    let Some(best) = fits.map(|row| row.path).min_by_key(|path| path.matches('{').count()) else {
        return Found::Nothing;
    };
    let asked = if method == Method::HEAD { &Method::GET } else { method };
    let mut rows = ROWS.iter().filter(|row| row.path == best);
    match rows.find(|row| row.verb.method() == *asked) {
        Some(row) => Found::Row(row, matched(best, &segments).unwrap_or_default()),
        None => {
            let rows = ROWS.iter().filter(|row| row.path == best);
            Found::WrongMethod(rows.map(|row| row.verb.name()).collect())
        }
    }
}

fn decoded(segment: &str) -> Option<String> {
    let decoded = percent_encoding::percent_decode_str(segment).decode_utf8().ok()?;
    let sound = !decoded.is_empty() && decoded.len() <= 255 && !decoded.contains(['\0', '/']);
    sound.then(|| decoded.into_owned())
}

/// What stands for the placeholders, if the segments fit the pattern.
fn matched(pattern: &str, segments: &[String]) -> Option<Vec<String>> {
    let parts: Vec<_> = pattern.strip_prefix('/')?.split('/').collect();
    if parts.len() != segments.len() {
        return None;
    }
    let mut values = Vec::new();
    for (part, segment) in parts.iter().zip(segments) {
        if part.starts_with('{') {
            values.push(segment.clone());
        } else if part != segment {
            return None;
        }
    }
    Some(values)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn operation(method: Method, path: &str) -> Option<(Operation, Vec<String>)> {
        match find(&method, path) {
            Found::Row(row, values) => Some((row.operation, values)),
            Found::WrongMethod(_) | Found::Nothing => None,
        }
    }

    #[test]
    fn every_operation_and_every_method_at_a_path_stands_once() {
        let operations: HashSet<_> = ROWS.iter().map(|row| row.operation).collect();
        let places: HashSet<_> = ROWS.iter().map(|row| (row.verb, row.path)).collect();

        assert_eq!((operations.len(), places.len()), (ROWS.len(), ROWS.len()));
    }

    #[test]
    fn nothing_is_documented_twice_and_every_refusal_is_one() {
        for row in ROWS {
            let names: HashSet<_> = row.query.iter().chain(row.body).map(|one| one.name).collect();
            assert_eq!(names.len(), row.query.len() + row.body.len(), "{row:?}");
            assert!(
                row.refusals.iter().all(|(status, _)| [400, 403, 404].contains(status)),
                "{row:?}"
            );
        }
    }

    #[test]
    fn every_path_may_end_in_json() {
        for path in ["/users/sso", "/users/sso.json"] {
            assert_eq!(operation(Method::POST, path), Some((Operation::SignOn, vec![])));
        }
        let user = Some((Operation::ShowUser, vec!["10008".to_owned()]));
        assert_eq!(operation(Method::GET, "/users/10008.json"), user);
        assert_eq!(operation(Method::HEAD, "/users/10008"), user);
    }

    #[test]
    fn words_beat_placeholders() {
        assert_eq!(
            operation(Method::POST, "/visits/add_walkin"),
            Some((Operation::AddWalkIn, vec![]))
        );
        assert_eq!(
            find(&Method::GET, "/visits/add_walkin"),
            Found::WrongMethod(vec!["POST"])
        );
        assert_eq!(
            find(&Method::DELETE, "/visits"),
            Found::WrongMethod(vec!["POST", "GET"])
        );
    }

    #[test]
    fn what_is_no_path_of_ours_is_nothing() {
        for path in [
            "/",
            "",
            "/users/",
            "/users//rooms",
            "/users/1/2/3",
            "/users/%ff",
            "/users/%00",
            "/users/a%2fb",
            "/.json",
            "/sso",
        ] {
            assert_eq!(find(&Method::GET, path), Found::Nothing, "{path}");
        }
    }

    #[test]
    fn a_placeholder_is_decoded() {
        let found = operation(Method::GET, "/rooms/b%34vjj");

        assert_eq!(found, Some((Operation::ShowRoom, vec!["b4vjj".to_owned()])));
    }
}
