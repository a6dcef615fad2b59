//! Where a fault can bite: groups of addresses, and the narrower places a tester may name.

use http::Method;

use crate::web::paths;

/// A group of addresses that answer alike. The control API, the pages' assets and the probes are in none: they are never bent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Endpoint {
    Discovery,
    Webfinger,
    Jwks,
    Authorize,
    /// What people see: sign-in, consent, account, logout.
    Pages,
    Token,
    Revoke,
    Introspect,
    Userinfo,
    MyPatientPortal,
    Mediquo,
    Vsee,
}

use Endpoint::{
    Authorize, Discovery, Introspect, Jwks, Mediquo, MyPatientPortal, Pages, Revoke, Token, Userinfo, Vsee, Webfinger,
};

impl Endpoint {
    pub const ALL: &[Self] = &[
        Discovery,
        Webfinger,
        Jwks,
        Authorize,
        Pages,
        Token,
        Revoke,
        Introspect,
        Userinfo,
        MyPatientPortal,
        Mediquo,
        Vsee,
    ];
    /// What machines talk to.
    pub const MACHINES: &[Self] = &[
        Discovery,
        Webfinger,
        Jwks,
        Token,
        Revoke,
        Introspect,
        Userinfo,
        MyPatientPortal,
        Mediquo,
        Vsee,
    ];
    /// What asks for an access token of ours.
    pub const RESOURCES: &[Self] = &[Userinfo, MyPatientPortal];
    pub const PORTALS: &[Self] = &[MyPatientPortal, Mediquo, Vsee];

    pub fn name(self) -> &'static str {
        match self {
            Discovery => "discovery",
            Webfinger => "webfinger",
            Jwks => "jwks",
            Authorize => "authorize",
            Pages => "pages",
            Token => "token",
            Revoke => "revoke",
            Introspect => "introspect",
            Userinfo => "userinfo",
            MyPatientPortal => "mypatientportal",
            Mediquo => "mediquo",
            Vsee => "vsee",
        }
    }

    /// The group of a path within its realm.
    pub fn of(path: &str) -> Option<Self> {
        let within = |place: &str| {
            path.strip_prefix(place)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let table: [(&[&str], Self); 12] = [
            (
                &[paths::OPENID_CONFIGURATION, paths::OAUTH_AUTHORIZATION_SERVER],
                Discovery,
            ),
            (&[paths::WEBFINGER], Webfinger),
            (&[paths::JWKS], Jwks),
            (&[paths::AUTHORIZE], Authorize),
            (&[paths::TOKEN], Token),
            (&[paths::REVOKE], Revoke),
            (&[paths::INTROSPECT], Introspect),
            (&[paths::USERINFO], Userinfo),
            (&[paths::PORTAL], MyPatientPortal),
            (&[paths::MEDIQUO], Mediquo),
            (&[paths::VSEE], Vsee),
            (&[paths::LOGIN, paths::CONSENT, paths::ACCOUNT, paths::LOGOUT], Pages),
        ];
        let found = table
            .into_iter()
            .find(|(places, _)| places.iter().any(|place| within(place)));
        found.map(|(_, endpoint)| endpoint)
    }

    /// Whether a request there says which client it comes from.
    pub fn knows_clients(self) -> bool {
        !matches!(self, Discovery | Webfinger | Jwks | Mediquo | Vsee)
    }

    /// Whether a request there is about a user whom the realm knows.
    pub fn knows_users(self) -> bool {
        self.knows_clients()
    }
}

/// A place a tester has named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    Group(Endpoint),
    /// `/api/portal/v1/appointments/{id}/cancel`, with or without a method: a segment in braces is any one, `*` at the end the rest.
    Path {
        method: Option<Method>,
        path: String,
    },
}

impl Place {
    /// Reads a group's name, a path, or a method and a path.
    pub fn read(text: &str) -> Option<Self> {
        if let Some(group) = Endpoint::ALL.iter().find(|endpoint| endpoint.name() == text) {
            return Some(Self::Group(*group));
        }
        let (method, path) = match text.split_once(' ') {
            Some((method, path)) => (Some(Method::from_bytes(method.as_bytes()).ok()?), path),
            None => (None, text),
        };
        Endpoint::of(path)?;
        let path = path.to_owned();
        Some(Self::Path { method, path })
    }

    pub fn endpoint(&self) -> Option<Endpoint> {
        match self {
            Self::Group(endpoint) => Some(*endpoint),
            Self::Path { path, .. } => Endpoint::of(path),
        }
    }

    pub fn holds(&self, asked_method: &Method, asked: &str) -> bool {
        match self {
            Self::Group(endpoint) => Endpoint::of(asked) == Some(*endpoint),
            Self::Path { method, path } => {
                method.as_ref().is_none_or(|method| method == asked_method) && path_matches(path, asked)
            }
        }
    }
}

fn path_matches(pattern: &str, path: &str) -> bool {
    let (mut pattern, mut path) = (pattern.split('/'), path.split('/'));
    loop {
        match (pattern.next(), path.next()) {
            (None, None) => return true,
            (Some("*"), Some(_)) => return true,
            (Some(wanted), Some(segment)) if wanted == segment => {}
            (Some(wanted), Some(_)) if wanted.starts_with('{') && wanted.ends_with('}') => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_control_room_and_the_probes_belong_to_no_endpoint() {
        for path in [
            "/control/api/faults",
            "/control",
            "/healthz",
            "/readyz",
            "/assets/x",
            "/",
        ] {
            assert_eq!(Endpoint::of(path), None, "{path}");
        }
    }

    #[test]
    fn a_path_belongs_to_the_endpoint_it_lies_in_and_to_no_neighbour() {
        assert_eq!(Endpoint::of("/oauth/authorize/continue"), Some(Authorize));
        assert_eq!(Endpoint::of("/oauth/tokens"), None);
        assert_eq!(Endpoint::of("/api/portal/v1/booking"), Some(MyPatientPortal));
        assert_eq!(Endpoint::of("/vseeing"), None);
    }

    #[test]
    fn a_place_is_a_group_a_path_or_a_method_with_a_path() {
        let cancel = Place::read("POST /api/portal/v1/appointments/{id}/cancel").unwrap();

        assert!(cancel.holds(&Method::POST, "/api/portal/v1/appointments/x/cancel"));
        assert!(!cancel.holds(&Method::GET, "/api/portal/v1/appointments/x/cancel"));
        assert!(!cancel.holds(&Method::POST, "/api/portal/v1/appointments/x/y/cancel"));
        assert!(
            Place::read("/vsee/*")
                .unwrap()
                .holds(&Method::GET, "/vsee/api_v3/users")
        );
        assert!(Place::read("token").unwrap().holds(&Method::POST, "/oauth/token"));
        for nowhere in ["tokens", "/control/api/clock", "P OST /oauth/token", "", "/"] {
            assert_eq!(Place::read(nowhere), None, "{nowhere}");
        }
    }
}
