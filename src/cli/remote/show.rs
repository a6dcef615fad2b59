//! Prints answers as lines or a table. With `--json` the answer is printed as JSON instead.

use std::io::{self, Write};

use serde_json::Value;

/// A column or line: its name, and the JSON pointer to its value in the answer.
pub type Place = (&'static str, &'static str);

/// The answer as indented JSON; prints nothing if the answer is empty.
pub fn json(out: &mut impl Write, value: &Value) -> io::Result<()> {
    if value.is_null() {
        return Ok(());
    }
    writeln!(out, "{value:#}")
}

/// One object: a line for each of the listed members it has. If it has none of them, it is printed as JSON.
pub fn lines(out: &mut impl Write, object: &Value, places: &[Place]) -> io::Result<()> {
    let found: Vec<_> = places
        .iter()
        .filter_map(|(name, place)| Some((name, cell(object.pointer(place)?))))
        .collect();
    if found.is_empty() {
        return json(out, object);
    }
    let width = found.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    for (name, text) in found {
        writeln!(out, "{name:<width$}  {text}")?;
    }
    Ok(())
}

/// A table with one row per object. A column that no object has is left out.
pub fn table(out: &mut impl Write, objects: &[Value], places: &[Place]) -> io::Result<()> {
    if objects.is_empty() {
        return Ok(());
    }
    let there = |place: &&Place| {
        objects
            .iter()
            .any(|object| object.pointer(place.1).is_some_and(|cell| !cell.is_null()))
    };
    let places: Vec<_> = places.iter().filter(there).collect();
    let head: Vec<_> = places.iter().map(|(name, _)| name.to_uppercase()).collect();
    let rows = objects.iter().map(|object| {
        let cells = places
            .iter()
            .map(|(_, place)| object.pointer(place).map_or_else(|| "-".to_owned(), cell));
        cells.collect::<Vec<_>>()
    });
    let rows: Vec<_> = std::iter::once(head).chain(rows).collect();
    let widths: Vec<_> = (0..places.len())
        .map(|column| {
            rows.iter()
                .filter_map(|row| row.get(column))
                .map(|cell| cell.chars().count())
                .max()
        })
        .collect();
    for row in rows {
        let cells = row
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:<0$}", width.unwrap_or_default()));
        let line = cells.collect::<Vec<_>>().join("  ");
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

/// One page of a list, and the option that prints the next one.
pub fn page(out: &mut impl Write, answer: &Value, name: &str, places: &[Place]) -> io::Result<()> {
    table(out, super::list(answer, name), places)?;
    match answer.get("next").and_then(Value::as_str) {
        Some(next) => writeln!(out, "there are more: --after {}", plain(next)),
        None => Ok(()),
    }
}

/// Each member of an object on its own line; members of nested objects by their path, such as `lifetimes.session`.
pub fn members(out: &mut impl Write, object: Option<&Value>) -> io::Result<()> {
    let mut found = Vec::new();
    flatten(object.unwrap_or(&Value::Null), "", &mut found);
    let width = found
        .iter()
        .map(|(name, _)| name.chars().count())
        .max()
        .unwrap_or_default();
    for (name, text) in found {
        writeln!(out, "{name:<width$}  {text}")?;
    }
    Ok(())
}

fn flatten(value: &Value, way: &str, found: &mut Vec<(String, String)>) {
    for (name, member) in value.as_object().into_iter().flatten() {
        let name = plain(name).replace('\n', "\\n");
        let way = if way.is_empty() { name } else { format!("{way}.{name}") };
        if member.is_object() {
            flatten(member, &way, found);
        } else {
            found.push((way, cell(member)));
        }
    }
}

/// A value on one line.
pub fn cell(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => plain(text).replace('\n', "\\n"),
        Value::Array(items) if items.iter().all(|item| !item.is_object() && !item.is_array()) => {
            items.iter().map(cell).collect::<Vec<_>>().join(" ")
        }
        other => plain(&other.to_string()),
    }
}

/// Text from the server, with control characters escaped, so that it cannot control the terminal.
pub fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_control() && letter != '\n' {
            plain.extend(letter.escape_default());
        } else {
            plain.push(letter);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn written(write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> String {
        let mut out = Vec::new();
        write(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_table_has_the_columns_that_are_there_and_lines_them_up() {
        let objects = [
            json!({"name": "a", "clock": {"now": "2025"}, "list": ["x", "y"]}),
            json!({"name": "größer", "clock": {"now": null}}),
        ];

        let table = written(|out| {
            let places = [
                ("name", "/name"),
                ("clock", "/clock/now"),
                ("gone", "/gone"),
                ("list", "/list"),
            ];
            table(out, &objects, &places)
        });

        assert_eq!(table, "NAME    CLOCK  LIST\na       2025   x y\ngrößer  -      -\n");
    }

    #[test]
    fn an_empty_list_prints_nothing() {
        assert_eq!(written(|out| table(out, &[], &[("name", "/name")])), "");
        assert_eq!(written(|out| json(out, &Value::Null)), "");
    }

    #[test]
    fn an_object_of_another_shape_is_printed_as_json() {
        let object = json!({"other": true});

        assert_eq!(
            written(|out| lines(out, &object, &[("name", "/name")])),
            "{\n  \"other\": true\n}\n"
        );
    }

    #[test]
    fn members_are_named_as_they_are_set() {
        let policy = json!({"pkce": "ignored", "lifetimes": {"session": 5, "refresh_token": null}});

        assert_eq!(
            written(|out| members(out, Some(&policy))),
            "pkce                     ignored\nlifetimes.session        5\nlifetimes.refresh_token  -\n"
        );
    }

    #[test]
    fn a_page_says_how_to_go_on() {
        let answer = json!({"users": [{"id": "7"}], "next": "7"});

        assert_eq!(
            written(|out| page(out, &answer, "users", &[("id", "/id")])),
            "ID\n7\nthere are more: --after 7\n"
        );
    }

    #[test]
    fn what_others_wrote_does_not_steer_the_terminal() {
        let object = json!({"name": "\u{1b}[2Jx\r\ny\u{9b}"});

        assert_eq!(
            written(|out| lines(out, &object, &[("name", "/name")])),
            "name  \\u{1b}[2Jx\\r\\ny\\u{9b}\n"
        );
    }
}
