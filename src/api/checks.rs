//! What the tests of every table and every document check.

use std::collections::HashSet;

use serde_json::Value;

use super::operation::Operation;

/// What is wrong with a table of operations: something twice, or a row that cannot be meant.
pub fn flaws<'a, H: 'a, A: 'a>(operations: impl IntoIterator<Item = &'a Operation<H, A>>) -> Vec<String> {
    let (mut ids, mut places, mut flaws) = (HashSet::new(), HashSet::new(), Vec::new());
    for operation in operations {
        let place = (&operation.method, operation.path);
        let inputs: Vec<_> = operation.query.iter().chain(operation.body.members()).collect();
        let names: HashSet<_> = inputs.iter().map(|input| input.name).collect();
        let statuses: HashSet<_> = operation.refusals.iter().map(|(status, _)| status).collect();
        let id = operation.id.as_bytes();
        let camel_case = id.first().is_some_and(u8::is_ascii_lowercase) && id.iter().all(u8::is_ascii_alphanumeric);
        for (sound, flaw) in [
            (ids.insert(operation.id), "another operation has this id"),
            (places.insert(place), "another operation has this method and path"),
            (camel_case, "an id is written in camelCase"),
            (operation.path.starts_with('/'), "a path begins with a slash"),
            (!operation.summary.is_empty(), "the summary is missing"),
            (!operation.summary.ends_with('.'), "a summary has no full stop"),
            (names.len() == inputs.len(), "an input is documented twice"),
            (
                statuses.len() == operation.refusals.len(),
                "a status is documented twice",
            ),
            (
                statuses.iter().all(|status| (400..500).contains(*status)),
                "a refusal is a 4xx",
            ),
            (
                (200..400).contains(&operation.answer.status),
                "an answer is a 2xx or 3xx",
            ),
        ] {
            if !sound {
                flaws.push(format!("{operation:?}: {flaw}"));
            }
        }
    }
    flaws
}

/// References of a document that lead nowhere, and how many there are in all.
pub fn broken_references(document: &Value) -> (Vec<String>, usize) {
    fn references(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                found.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
                members.values().for_each(|member| references(member, found));
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    references(document, &mut found);
    let all = found.len();
    found.retain(|reference| {
        let pointer = reference.strip_prefix('#');
        pointer.is_none_or(|pointer| document.pointer(pointer).is_none())
    });
    (found, all)
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;
    use crate::api::operation::{Answer, Body, Content};

    fn operation(id: &'static str, path: &'static str) -> Operation<(), ()> {
        Operation {
            method: Method::GET,
            path,
            id,
            tag: "Clock",
            summary: "The time",
            access: (),
            query: &[],
            body: Body::Nothing,
            answer: Answer::nothing(),
            refusals: &[],
            handler: (),
        }
    }

    #[test]
    fn a_sound_table_has_no_flaws() {
        let table = [operation("showClock", "/clock"), operation("showDay", "/day")];

        assert_eq!(flaws(&table), [""; 0]);
    }

    #[test]
    fn what_stands_twice_or_cannot_be_meant_is_a_flaw() {
        let table = [operation("showClock", "/clock"), operation("showClock", "/clock")];
        assert_eq!(flaws(&table).len(), 2);

        let mut odd = operation("show_clock", "clock");
        odd.summary = "The time.";
        odd.refusals = &[(404, "Gone."), (404, "Gone."), (500, "Broken.")];
        odd.answer = Answer::of(404, Content::Nothing);
        assert_eq!(flaws([&odd]).len(), 6);
    }
}
