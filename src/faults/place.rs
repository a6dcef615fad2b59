//! Where a tester wants a fault to trigger: a group of endpoints, a path, or a method and a path.

use http::Method;

use crate::web::endpoint::{Endpoint, EndpointTable};

/// A place a tester has named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    Group(&'static str),
    /// `/api/portal/v1/appointments/{id}/cancel`, with or without a method: a segment in braces is any one, `*` at the
    /// end the rest.
    Path {
        method: Option<Method>,
        path: String,
    },
}

impl Place {
    /// Reads a group's name, a path, or a method and a path; `None` where faults do not apply.
    pub fn read(text: &str, endpoints: &EndpointTable) -> Option<Self> {
        let mut groups = endpoints.with_faults().filter_map(|endpoint| endpoint.fault_group);
        if let Some(group) = groups.find(|group| *group == text) {
            return Some(Self::Group(group));
        }
        let (method, path) = match text.split_once(' ') {
            Some((method, path)) => (Some(Method::from_bytes(method.as_bytes()).ok()?), path),
            None => (None, text),
        };
        endpoints.find(path).fault_group?;
        let path = path.to_owned();
        Some(Self::Path { method, path })
    }

    /// An endpoint of the group, or the one that the path belongs to.
    pub fn endpoint(&self, endpoints: &EndpointTable) -> &'static Endpoint {
        match self {
            Self::Group(group) => {
                let mut of_group = endpoints
                    .with_faults()
                    .filter(|endpoint| endpoint.fault_group == Some(group));
                of_group.next().unwrap_or_else(|| endpoints.find(""))
            }
            Self::Path { path, .. } => endpoints.find(path),
        }
    }

    /// Whether a request belongs here.
    pub fn holds(&self, endpoint: &Endpoint, asked_method: &Method, asked: &str) -> bool {
        match self {
            Self::Group(group) => endpoint.fault_group == Some(group),
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

    fn holds(place: &str, method: Method, path: &str) -> bool {
        let endpoints = EndpointTable::new([]);
        let place = Place::read(place, &endpoints).unwrap();
        place.holds(endpoints.find(path), &method, path)
    }

    #[test]
    fn a_place_is_a_group_a_path_or_a_method_with_a_path() {
        assert!(holds("POST /oauth/token/{id}/x", Method::POST, "/oauth/token/1/x"));
        assert!(!holds("POST /oauth/token/{id}/x", Method::GET, "/oauth/token/1/x"));
        assert!(!holds("POST /oauth/token/{id}/x", Method::POST, "/oauth/token/1/y/x"));
        assert!(holds("/account/*", Method::GET, "/account/consents/all"));
        assert!(holds("token", Method::POST, "/oauth/token"));
        assert!(holds("pages", Method::POST, "/consent"));
        assert!(!holds("pages", Method::POST, "/oauth/token"));
        for nowhere in ["tokens", "/control/api/clock", "P OST /oauth/token", "", "/"] {
            assert_eq!(Place::read(nowhere, &EndpointTable::new([])), None, "{nowhere}");
        }
    }
}
