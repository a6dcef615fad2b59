//! Files and functions of `src` are short enough to be read at once.

use std::path::Path;

use crate::floor_plan::files_under;

/// How many lines a file has at most.
const LONGEST_FILE: usize = 500;
/// How many lines a function has at most, from `fn` to its last brace.
const LONGEST_FUNCTION: usize = 70;
/// How many lines nine of ten functions have at most.
const USUAL_FUNCTION: usize = 25;

fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    files_under(&root, &mut files);
    let read = files.into_iter().map(|file| {
        let name = file
            .strip_prefix(&root)
            .expect("it was found there")
            .display()
            .to_string();
        (name, std::fs::read_to_string(&file).expect("source is text"))
    });
    read.collect()
}

/// Whether a file has nothing but tests.
fn is_of_tests(file: &str) -> bool {
    file.ends_with("tests.rs") || file.ends_with("properties.rs")
}

/// Where each function outside of tests begins, and how many lines it has. The source is formatted: a function ends with a
/// brace that stands as far to the right as its first line does.
fn functions(source: &str) -> Vec<(usize, usize)> {
    let lines: Vec<_> = source.lines().take_while(|line| *line != "#[cfg(test)]").collect();
    let mut found = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        if !begins_a_function(line) {
            continue;
        }
        let indent = &line[..line.len() - line.trim_start().len()];
        let rest = lines[number..].iter();
        let end = if line.ends_with('}') || line.ends_with(';') {
            Some(0)
        } else {
            rest.clone().position(|line| {
                *line == format!("{indent}}}") || line.starts_with(&format!("{indent})")) && line.ends_with(';')
            })
        };
        found.extend(end.map(|end| (number + 1, end + 1)));
    }
    found
}

fn begins_a_function(line: &str) -> bool {
    let mut words = line.split_whitespace().skip_while(|word| {
        ["pub", "const", "async", "unsafe"].contains(word)
            || word.starts_with("pub(")
            || *word == "in"
            || word.ends_with(')') && !word.contains('(')
    });
    words.next() == Some("fn")
}

#[test]
fn no_file_is_longer_than_500_lines() {
    let mut long = Vec::new();
    for (file, source) in sources() {
        let lines = source.lines().count();
        if lines > LONGEST_FILE {
            long.push(format!("{file}: {lines} lines"));
        }
    }
    assert!(long.is_empty(), "\n{}\n", long.join("\n"));
}

#[test]
fn no_function_is_longer_than_70_lines_and_nine_of_ten_have_at_most_25() {
    let (mut all, mut usual, mut long) = (0, 0, Vec::new());
    for (file, source) in sources().into_iter().filter(|(file, _)| !is_of_tests(file)) {
        for (line, length) in functions(&source) {
            all += 1;
            usual += usize::from(length <= USUAL_FUNCTION);
            if length > LONGEST_FUNCTION {
                long.push(format!("{file}:{line}: {length} lines"));
            }
        }
    }
    assert!(all > 1000, "where are the functions?");
    assert!(long.is_empty(), "\n{}\n", long.join("\n"));
    assert!(
        usual * 10 >= all * 9,
        "only {usual} of {all} functions have at most {USUAL_FUNCTION} lines"
    );
}

#[test]
fn functions_are_measured_from_their_first_line_to_their_last_brace() {
    let source = "pub(crate) async fn long(\n    a: A,\n) -> B {\n    a\n}\n\nimpl X {\n    const fn short() {}\n    fn three(&self) {\n        self\n    }\n}\n\n#[cfg(test)]\nmod tests {\n    fn f() {\n    }\n}\n";

    assert_eq!(functions(source), [(1, 5), (8, 1), (9, 3)]);
}
