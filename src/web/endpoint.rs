//! The table of endpoints: what a path within a realm belongs to, and what holds for it.
//!
//! One table for everyone who asks what a path means: armed faults (where they may trigger), the journal (what is
//! recorded, and under which name), and the errors of requests that reached no handler (in which form they are sent).
//! The rows of the protocol stand here; each portal brings its own, and `server` joins them. Whoever lies below the
//! portals is handed the table.

use std::sync::Arc;

use axum::response::Response;
use http::StatusCode;

use super::paths;

/// An endpoint, or a group of paths that belong together.
#[derive(Debug)]
pub struct Endpoint {
    /// What the journal calls it; empty for paths that are in no row.
    pub name: &'static str,
    /// Paths within the realm. Everything below one of them belongs to it, too.
    pub paths: &'static [&'static str],
    /// Under which name faults can be limited to it; several rows may share one. `None`: no fault ever applies.
    pub fault_group: Option<&'static str>,
    /// How an error is sent that no handler has written.
    pub error_form: ErrorForm,
    /// Who a request is about, and how that can be read from it.
    pub subject: SubjectSource,
    /// Whether an emulated portal answers: its faults are sent in the portal's own error form.
    pub portal: bool,
    /// Whether scripts of any origin may read the answers (CORS). It concerns errors only: handlers set their own
    /// headers.
    pub cors: bool,
    /// Whether the journal records requests.
    pub recorded: bool,
}

/// The form of an error.
#[derive(Clone, Copy, Debug)]
pub enum ErrorForm {
    /// `{"error", "error_description"}` (RFC 6749 §5.2).
    OAuth,
    /// `application/problem+json` (RFC 9457).
    Problem,
    /// A page for people.
    Page,
    /// As it is: what asks here is a load balancer.
    Plain,
    /// A portal's own, made from the status and a sentence.
    Own(fn(StatusCode, &str) -> Response),
}

/// From what the client and the user of a request can be found out, without judging whether it is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubjectSource {
    /// Requests here name no client and are about no user.
    None,
    /// The browser's session, or who is about to sign in; the client of the authorization request.
    Browser,
    /// The grant that is redeemed; the client that authenticates (RFC 6749 §3.2).
    Grant,
    /// The token that is asked about; the client that asks (RFC 7009, RFC 7662).
    PresentedToken,
    /// The access token (RFC 6750 §2.1); with `in_form` also as a form parameter (RFC 6750 §2.2).
    AccessToken { in_form: bool },
}

impl SubjectSource {
    /// Whether the body's form parameters help to find the subject.
    pub fn reads_form(self) -> bool {
        !matches!(self, Self::None | Self::AccessToken { in_form: false })
    }
}

impl Endpoint {
    /// What most rows have in common: an OAuth endpoint that says nothing about client or user, closed to scripts.
    pub const PROTOCOL: Self = Self {
        name: "",
        paths: &[],
        fault_group: None,
        error_form: ErrorForm::OAuth,
        subject: SubjectSource::None,
        portal: false,
        cors: false,
        recorded: true,
    };
    /// A page that people see while they sign in.
    const PAGE: Self = Self {
        fault_group: Some("pages"),
        error_form: ErrorForm::Page,
        subject: SubjectSource::Browser,
        ..Self::PROTOCOL
    };
    /// What is only looked at, and neither recorded nor subject to faults.
    const UNRECORDED: Self = Self {
        recorded: false,
        error_form: ErrorForm::Page,
        ..Self::PROTOCOL
    };

    /// Whether a request here says which client sends it, and may be about a user whom the realm knows.
    pub fn knows_subject(&self) -> bool {
        self.subject != SubjectSource::None
    }

    /// Whether people see the answers, rather than programs.
    pub fn is_for_people(&self) -> bool {
        self.subject == SubjectSource::Browser
    }

    /// Whether it asks for an access token of the realm.
    pub fn is_resource(&self) -> bool {
        matches!(self.subject, SubjectSource::AccessToken { .. })
    }

    /// Whether this is the endpoint `other`, or belongs to the same group of faults.
    pub fn is(&self, other: &Self) -> bool {
        self.fault_group.is_some() && self.fault_group == other.fault_group
    }

    fn holds(&self, path: &str) -> bool {
        self.paths.iter().any(|own| is_within(path, own))
    }
}

/// Whether a path is `place` or lies below it.
pub fn is_within(path: &str, place: &str) -> bool {
    path.strip_prefix(place)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// OIDC Discovery §4, RFC 8414 §3.
pub static DISCOVERY: Endpoint = Endpoint {
    name: "discovery",
    paths: &[paths::OPENID_CONFIGURATION, paths::OAUTH_AUTHORIZATION_SERVER],
    fault_group: Some("discovery"),
    cors: true,
    ..Endpoint::PROTOCOL
};
/// RFC 7033.
pub static WEBFINGER: Endpoint = Endpoint {
    name: "webfinger",
    paths: &[paths::WEBFINGER],
    fault_group: Some("webfinger"),
    ..Endpoint::PROTOCOL
};
/// RFC 7517 §5.
pub static JWKS: Endpoint = Endpoint {
    name: "jwks",
    paths: &[paths::JWKS],
    fault_group: Some("jwks"),
    cors: true,
    ..Endpoint::PROTOCOL
};
static CONTINUE: Endpoint = Endpoint {
    name: "continue",
    paths: &[paths::CONTINUE],
    ..AUTHORIZE_ROW
};
/// RFC 6749 §3.1.
pub static AUTHORIZE: Endpoint = AUTHORIZE_ROW;
const AUTHORIZE_ROW: Endpoint = Endpoint {
    name: "authorize",
    paths: &[paths::AUTHORIZE],
    fault_group: Some("authorize"),
    ..Endpoint::PAGE
};
/// What people see: sign-in, consent, account, logout. The other pages share its group.
pub static LOGIN: Endpoint = Endpoint {
    name: "login",
    paths: &[paths::LOGIN],
    ..Endpoint::PAGE
};
static CONSENT: Endpoint = Endpoint {
    name: "consent",
    paths: &[paths::CONSENT],
    ..Endpoint::PAGE
};
static ACCOUNT: Endpoint = Endpoint {
    name: "account",
    paths: &[paths::ACCOUNT],
    ..Endpoint::PAGE
};
static LOGOUT: Endpoint = Endpoint {
    name: "logout",
    paths: &[paths::LOGOUT],
    ..Endpoint::PAGE
};
/// RFC 6749 §3.2.
pub static TOKEN: Endpoint = Endpoint {
    name: "token",
    paths: &[paths::TOKEN],
    fault_group: Some("token"),
    subject: SubjectSource::Grant,
    cors: true,
    ..Endpoint::PROTOCOL
};
/// What a bearer may know of its token, as at the emulated portal.
pub static TOKEN_INFO: Endpoint = Endpoint {
    name: "token_info",
    paths: &[paths::TOKEN_INFO],
    subject: SubjectSource::AccessToken { in_form: false },
    cors: true,
    ..Endpoint::PROTOCOL
};
/// RFC 7009.
pub static REVOKE: Endpoint = Endpoint {
    name: "revoke",
    paths: &[paths::REVOKE],
    fault_group: Some("revoke"),
    subject: SubjectSource::PresentedToken,
    cors: true,
    ..Endpoint::PROTOCOL
};
/// RFC 7662.
pub static INTROSPECT: Endpoint = Endpoint {
    name: "introspect",
    paths: &[paths::INTROSPECT],
    fault_group: Some("introspect"),
    subject: SubjectSource::PresentedToken,
    ..Endpoint::PROTOCOL
};
/// OIDC Core §5.3.
pub static USERINFO: Endpoint = Endpoint {
    name: "userinfo",
    paths: &[paths::USERINFO],
    fault_group: Some("userinfo"),
    subject: SubjectSource::AccessToken { in_form: true },
    cors: true,
    ..Endpoint::PROTOCOL
};
/// Paths where a protocol endpoint could be, and is none.
static NO_ENDPOINT: Endpoint = Endpoint {
    name: "oauth",
    paths: &["/oauth", "/.well-known"],
    ..Endpoint::PROTOCOL
};
static CONTROL: Endpoint = Endpoint {
    name: "control",
    paths: &[paths::CONTROL],
    error_form: ErrorForm::Problem,
    ..Endpoint::UNRECORDED
};
static PROBES: Endpoint = Endpoint {
    name: "probes",
    paths: &[paths::HEALTHZ, paths::READYZ],
    error_form: ErrorForm::Plain,
    ..Endpoint::UNRECORDED
};
static ASSETS: Endpoint = Endpoint {
    name: "assets",
    paths: &[paths::ASSETS],
    ..Endpoint::UNRECORDED
};
/// Every path that is in no row.
static OTHER: Endpoint = Endpoint {
    error_form: ErrorForm::Page,
    ..Endpoint::PROTOCOL
};

/// The endpoints of the protocol, in the order in which a path is looked for.
const PROTOCOL: &[&Endpoint] = &[
    &DISCOVERY,
    &WEBFINGER,
    &JWKS,
    &CONTINUE,
    &AUTHORIZE,
    &LOGIN,
    &CONSENT,
    &ACCOUNT,
    &LOGOUT,
    &TOKEN_INFO,
    &TOKEN,
    &REVOKE,
    &INTROSPECT,
    &USERINFO,
];

/// What lies beside the protocol.
const BESIDE: &[&Endpoint] = &[&NO_ENDPOINT, &CONTROL, &PROBES, &ASSETS];

/// All endpoints of a server: some twenty prefixes. Cheap to clone.
#[derive(Clone, Debug)]
pub struct EndpointTable(Arc<[&'static Endpoint]>);

impl EndpointTable {
    /// The protocol's endpoints, then those of the portals. Of two rows that a path fits, the first one counts.
    pub fn new(portals: impl IntoIterator<Item = &'static Endpoint>) -> Self {
        let protocol = PROTOCOL.iter().copied();
        Self(protocol.chain(portals).chain(BESIDE.iter().copied()).collect())
    }

    /// The endpoint a path within a realm belongs to.
    pub fn find(&self, path: &str) -> &'static Endpoint {
        let found = self.0.iter().copied().find(|endpoint| endpoint.holds(path));
        found.unwrap_or(&OTHER)
    }

    /// Whether the endpoints of the portal of that name are in it.
    pub fn has_portal(&self, name: &str) -> bool {
        self.0.iter().any(|endpoint| endpoint.portal && endpoint.name == name)
    }

    /// Where faults can trigger.
    pub fn with_faults(&self) -> impl Iterator<Item = &'static Endpoint> + use<'_> {
        self.0.iter().copied().filter(|endpoint| endpoint.fault_group.is_some())
    }

    /// The names by which faults can be limited to endpoints, those of `endpoints` only.
    pub fn fault_groups(&self, endpoints: Selection) -> Vec<&'static str> {
        let mut groups = Vec::new();
        for endpoint in self.with_faults().filter(|endpoint| endpoints.contains(endpoint)) {
            groups.extend(endpoint.fault_group.filter(|group| !groups.contains(group)));
        }
        groups
    }
}

/// Some of the endpoints, said without naming a portal.
#[derive(Clone, Copy, Debug)]
pub enum Selection {
    /// Wherever faults can trigger.
    All,
    /// Where programs call, and not people.
    Machines,
    /// The emulated portals.
    Portals,
    /// Whatever asks for an access token of the realm.
    Resources,
    /// Those, and this one.
    ResourcesAnd(&'static Endpoint),
    /// These only.
    These(&'static [&'static Endpoint]),
}

impl Selection {
    pub fn contains(&self, endpoint: &Endpoint) -> bool {
        endpoint.fault_group.is_some()
            && match self {
                Self::All => true,
                Self::Machines => !endpoint.is_for_people(),
                Self::Portals => endpoint.portal,
                Self::Resources => endpoint.is_resource(),
                Self::ResourcesAnd(one) => endpoint.is_resource() || one.is(endpoint),
                Self::These(these) => these.iter().any(|one| one.is(endpoint)),
            }
    }
}

#[cfg(test)]
mod tests;
