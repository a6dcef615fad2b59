//! From the path of a request to the operation that stands there.

use http::Method;

use super::call::Row;

/// What stands at a path.
#[derive(Debug)]
pub enum Found {
    /// A row of the call table, and the values of its path's placeholders, in order.
    Row(&'static Row, Vec<String>),
    /// The path is known, but not with this method; these methods are.
    WrongMethod(Vec<&'static str>),
    Nothing,
}

/// The row for a method and a path below the mount, percent-encoded, with or without `.json`.
pub fn find(rows: impl Iterator<Item = &'static Row> + Clone, method: &Method, path: &str) -> Found {
    let path = path.strip_suffix(".json").unwrap_or(path);
    let segments: Option<Vec<String>> = path.strip_prefix('/').unwrap_or(path).split('/').map(decoded).collect();
    let Some(segments) = segments else {
        return Found::Nothing;
    };
    // A fixed segment wins over a placeholder: `/visits/add_walkin` is not a visit.
    let fitting = rows.clone().filter(|row| values(row.path, &segments).is_some());
    let paths = fitting.map(|row| row.path);
    let Some(path) = paths.min_by_key(|path| path.matches('{').count()) else {
        return Found::Nothing;
    };
    let at_path = || rows.clone().filter(|row| row.path == path);
    match at_path().find(|row| row.serves(method)) {
        Some(row) => Found::Row(row, values(path, &segments).unwrap_or_default()),
        None => Found::WrongMethod(at_path().map(|row| row.method.as_str()).collect()),
    }
}

fn decoded(segment: &str) -> Option<String> {
    let decoded = percent_encoding::percent_decode_str(segment).decode_utf8().ok()?;
    let sound = !decoded.is_empty() && decoded.len() <= 255 && !decoded.contains(['\0', '/']);
    sound.then(|| decoded.into_owned())
}

/// The values of the placeholders, if the segments fit the pattern.
fn values(pattern: &str, segments: &[String]) -> Option<Vec<String>> {
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
    use super::{super::calls, *};

    fn operation(method: Method, path: &str) -> Option<(&'static str, Vec<String>)> {
        match find(calls::all(), &method, path) {
            Found::Row(row, values) => Some((row.id, values)),
            Found::WrongMethod(_) | Found::Nothing => None,
        }
    }

    fn allowed(method: Method, path: &str) -> Vec<&'static str> {
        match find(calls::all(), &method, path) {
            Found::WrongMethod(allowed) => allowed,
            Found::Row(..) | Found::Nothing => Vec::new(),
        }
    }

    #[test]
    fn every_path_may_end_in_json() {
        for path in ["/users/sso", "/users/sso.json"] {
            assert_eq!(operation(Method::POST, path), Some(("signOn", vec![])));
        }
        let user = Some(("showUser", vec!["10008".to_owned()]));
        assert_eq!(operation(Method::GET, "/users/10008.json"), user);
        assert_eq!(operation(Method::HEAD, "/users/10008"), user);
    }

    #[test]
    fn a_fixed_segment_wins_over_a_placeholder() {
        assert_eq!(
            operation(Method::POST, "/visits/add_walkin"),
            Some(("addWalkIn", vec![]))
        );
        assert_eq!(allowed(Method::GET, "/visits/add_walkin"), ["POST"]);
        assert_eq!(allowed(Method::DELETE, "/visits"), ["POST", "GET"]);
    }

    #[test]
    fn an_unknown_path_leads_to_nothing() {
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
            assert!(
                matches!(find(calls::all(), &Method::GET, path), Found::Nothing),
                "{path}"
            );
        }
    }

    #[test]
    fn the_value_of_a_placeholder_is_decoded() {
        let found = operation(Method::GET, "/rooms/b%34vjj");

        assert_eq!(found, Some(("showRoom", vec!["b4vjj".to_owned()])));
    }
}
