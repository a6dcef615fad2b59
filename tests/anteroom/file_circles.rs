//! No two files of `src` need one another, directly or through others.
//!
//! A file needs another when it uses an item of it. `mod x;` is no use, and tests inside `src` do not count. A re-export
//! (`pub use`) is no use either: what is reached through one is an item of the file that defines it.
//!
//! What a file takes from the `mod.rs` of a folder it lies in does not count: a folder is one module that hides its files, and its
//! `mod.rs` may hold what they share.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::floor_plan::{collect, colons_begin_at, colons_end_at, files_under, module_of, parent};

type Module = Vec<String>;

/// A file's tokens without its test modules, with the modules it declares.
struct Source {
    tokens: Vec<TokenTree>,
    re_exports: Vec<TokenTree>,
    declared: Vec<String>,
    declared_for_tests: Vec<String>,
}

impl Source {
    fn read(text: &str) -> Self {
        let tokens: TokenStream = text.parse().expect("the source is Rust");
        let tokens: Vec<_> = tokens.into_iter().collect();
        let mut source = Self {
            tokens: Vec::with_capacity(tokens.len()),
            re_exports: Vec::new(),
            declared: Vec::new(),
            declared_for_tests: Vec::new(),
        };
        let (mut at, mut for_tests) = (0, false);
        while let Some(token) = tokens.get(at) {
            if is_test_attribute(&tokens, at) {
                for_tests = true;
                at += 2;
                continue;
            }
            if let Some(length) = re_export_at(&tokens[at..]) {
                if !for_tests {
                    source.re_exports.extend_from_slice(&tokens[at..at + length]);
                }
                (at, for_tests) = (at + length, false);
                continue;
            }
            if let (TokenTree::Ident(word), Some(TokenTree::Ident(name))) = (token, tokens.get(at + 1))
                && word == "mod"
            {
                match tokens.get(at + 2) {
                    Some(TokenTree::Punct(_)) if for_tests => source.declared_for_tests.push(name.to_string()),
                    Some(TokenTree::Punct(_)) => source.declared.push(name.to_string()),
                    Some(TokenTree::Group(body)) if !for_tests => source.tokens.extend(body.stream()),
                    _ => {}
                }
                (at, for_tests) = (at + 3, false);
                continue;
            }
            let ends_an_item = matches!(token, TokenTree::Punct(mark) if mark.as_char() == ';')
                || matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace);
            if !for_tests {
                source.tokens.push(token.clone());
            }
            for_tests = for_tests && !ends_an_item;
            at += 1;
        }
        source
    }
}

/// `#[cfg(test)]`
fn is_test_attribute(tokens: &[TokenTree], at: usize) -> bool {
    let hash = matches!(tokens.get(at), Some(TokenTree::Punct(mark)) if mark.as_char() == '#');
    let Some(TokenTree::Group(group)) = tokens.get(at + 1) else {
        return false;
    };
    let text = group.stream().to_string().replace(' ', "");
    hash && text == "cfg(test)"
}

/// How many tokens a re-export has that begins here: `pub use …;` or `pub(crate) use …;`.
fn re_export_at(tokens: &[TokenTree]) -> Option<usize> {
    let is = |at: usize, word: &str| matches!(tokens.get(at), Some(TokenTree::Ident(one)) if one == word);
    let restricted = usize::from(matches!(tokens.get(1), Some(TokenTree::Group(_))));
    if !is(0, "pub") || !is(1 + restricted, "use") {
        return None;
    }
    let end = |token: &TokenTree| matches!(token, TokenTree::Punct(mark) if mark.as_char() == ';');
    tokens.iter().position(end).map(|end| end + 1)
}

/// Whether tokens have a word, at any depth.
fn mentions(tokens: &[TokenTree], word: &str) -> bool {
    tokens.iter().any(|token| match token {
        TokenTree::Ident(one) => one == word,
        TokenTree::Group(group) => mentions(&group.stream().into_iter().collect::<Vec<_>>(), word),
        _ => false,
    })
}

/// Every path that tokens name, from the root of the crate on. `names` are modules by the names they have here.
fn paths_in(tokens: &[TokenTree], module: &[String], names: &BTreeMap<String, Module>, found: &mut Vec<Module>) {
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Ident(word) if colons_begin_at(tokens, at + 1) && !(at > 0 && colons_end_at(tokens, at)) => {
                let word = word.to_string();
                let start = match word.as_str() {
                    "crate" => Some(Vec::new()),
                    "self" => Some(module.to_vec()),
                    "super" => Some(parent(module)),
                    name => names.get(name).cloned(),
                };
                if let Some(start) = start {
                    collect(tokens, at + 3, start, found);
                }
            }
            TokenTree::Group(group) => {
                let inside: Vec<_> = group.stream().into_iter().collect();
                paths_in(&inside, module, names, found);
            }
            _ => {}
        }
    }
}

/// Where a module's names lead that it re-exports: each to the path it is re-exported from.
type ReExports = BTreeMap<Module, BTreeMap<String, Module>>;

/// The files that each file needs.
fn needs(files: &BTreeMap<Module, String>) -> BTreeMap<Module, BTreeSet<Module>> {
    let sources: BTreeMap<_, _> = files
        .iter()
        .map(|(module, text)| (module, Source::read(text)))
        .collect();
    let mut tests = BTreeSet::new();
    let mut re_exports = ReExports::new();
    for (&module, source) in &sources {
        tests.extend(source.declared_for_tests.iter().map(|name| within(module, name)));
        let mut paths = Vec::new();
        paths_in(&source.re_exports, module, &children(module, source), &mut paths);
        let names = paths.into_iter().filter_map(|path| Some((path.last()?.clone(), path)));
        re_exports.insert(module.clone(), names.collect());
    }
    let of_the_library = |module: &Module| !tests.contains(module) && *module != ["lib"] && *module != ["main"];
    let sources = sources.iter().filter(|(module, _)| of_the_library(module));
    sources
        .map(|(&module, source)| (module.clone(), needs_of(module, source, files, &re_exports)))
        .collect()
}

fn within(module: &[String], name: &str) -> Module {
    [module, &[name.to_owned()]].concat()
}

/// The modules that a file declares, by name.
fn children(module: &[String], source: &Source) -> BTreeMap<String, Module> {
    let declared = source.declared.iter();
    declared.map(|name| (name.clone(), within(module, name))).collect()
}

fn needs_of(
    module: &Module,
    source: &Source,
    files: &BTreeMap<Module, String>,
    re_exports: &ReExports,
) -> BTreeSet<Module> {
    let mut names = children(module, source);
    let mut paths = Vec::new();
    paths_in(&source.tokens, module, &names, &mut paths);
    for path in paths.iter().filter(|path| files.contains_key(*path)) {
        names.extend(path.last().map(|name| (name.clone(), path.clone())));
    }
    paths.clear();
    paths_in(&source.tokens, module, &names, &mut paths);
    // What a file re-exports and uses by its bare name.
    let used_too = re_exports[module]
        .iter()
        .filter(|(name, _)| mentions(&source.tokens, name));
    paths.extend(used_too.map(|(_, path)| path.clone()));
    let needed = paths
        .into_iter()
        .filter_map(|path| defining_file(path, files, re_exports));
    needed.filter(|file| !module.starts_with(file)).collect()
}

/// The file that defines the item a path leads to; `None` where it leads to a module, or out of the crate.
fn defining_file(mut path: Module, files: &BTreeMap<Module, String>, re_exports: &ReExports) -> Option<Module> {
    for _ in 0..8 {
        if files.contains_key(&path) {
            return None;
        }
        let length = (1..path.len())
            .rev()
            .find(|length| files.contains_key(&path[..*length]))?;
        let (file, rest) = path.split_at(length);
        match re_exports[file].get(&rest[0]) {
            Some(from) => path = [from.as_slice(), &rest[1..]].concat(),
            None => return Some(file.to_vec()),
        }
    }
    None
}

/// The circles, each in the order of names.
fn circles(needs: &BTreeMap<Module, BTreeSet<Module>>) -> Vec<Vec<Module>> {
    let reached: BTreeMap<_, _> = needs.keys().map(|module| (module, reachable(needs, module))).collect();
    let mut circles: Vec<Vec<Module>> = Vec::new();
    for module in needs.keys() {
        let circle: Vec<_> = reached[module]
            .iter()
            .filter(|other| reached.get(other).is_some_and(|back| back.contains(module)))
            .cloned()
            .collect();
        if !circle.is_empty() && !circles.contains(&circle) {
            circles.push(circle);
        }
    }
    circles
}

fn reachable(needs: &BTreeMap<Module, BTreeSet<Module>>, from: &Module) -> BTreeSet<Module> {
    let mut reached = BTreeSet::new();
    let mut next: Vec<_> = needs[from].iter().collect();
    while let Some(module) = next.pop() {
        if reached.insert(module.clone()) {
            next.extend(needs.get(module).into_iter().flatten());
        }
    }
    reached
}

fn found_in(files: &[(&str, &str)]) -> Vec<String> {
    let files = files
        .iter()
        .map(|(file, text)| (module_of(Path::new(file)), (*text).to_owned()))
        .collect();
    circles(&needs(&files)).iter().map(|circle| shown(circle)).collect()
}

fn shown(circle: &[Module]) -> String {
    let files: Vec<_> = circle.iter().map(|module| module.join("::")).collect();
    files.join(", ")
}

#[test]
fn no_two_files_need_one_another() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    files_under(&root, &mut files);
    let files: BTreeMap<_, _> = files
        .into_iter()
        .map(|file| {
            let text = std::fs::read_to_string(&file).expect("source is text");
            (module_of(file.strip_prefix(&root).expect("it was found there")), text)
        })
        .collect();
    assert!(files.len() > 20, "where is the source?");

    let circles = circles(&needs(&files));
    let shown = circles.iter().map(|circle| shown(circle)).collect::<Vec<_>>();
    assert!(shown.is_empty(), "circles of files:\n{}\n", shown.join("\n"));
}

#[test]
fn two_files_that_use_items_of_one_another_are_found() {
    let found = found_in(&[
        ("a/mod.rs", "mod b; mod c;"),
        ("a/b.rs", "use super::c::Noun; pub fn f() {}"),
        ("a/c.rs", "use crate::a::b; pub struct Noun; fn g() { b::f() }"),
    ]);

    assert_eq!(found, ["a::b, a::c"]);
}

#[test]
fn a_folder_that_uses_a_file_that_uses_one_of_its_files_is_found() {
    let found = found_in(&[
        ("a/mod.rs", "mod c; pub struct Noun; fn g() { c::f() }"),
        ("a/c.rs", "use super::Noun; use crate::b::h; pub fn f(_: Noun) { h() }"),
        ("b.rs", "use crate::a::Noun; pub fn h(_: Noun) {}"),
    ]);

    assert_eq!(found, ["a, a::c, b"]);
}

#[test]
fn declarations_of_modules_and_tests_make_no_circle() {
    let found = found_in(&[
        (
            "a/mod.rs",
            "mod b; #[cfg(test)] mod tests; pub struct Noun; #[cfg(test)] mod more { use super::b::f; }",
        ),
        ("a/b.rs", "use super::Noun; pub fn f(_: Noun) {}"),
        ("a/tests.rs", "use super::b::f; use super::Noun;"),
    ]);

    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn what_is_reached_through_a_re_export_belongs_to_the_file_that_defines_it() {
    let re_exporting = (
        "a/mod.rs",
        "mod b; mod c; pub use b::Noun; pub use self::c::{Verb, Other};",
    );

    let found = found_in(&[
        re_exporting,
        ("a/b.rs", "pub struct Noun;"),
        ("a/c.rs", "use super::Noun; pub struct Verb(Noun); pub struct Other;"),
    ]);
    assert_eq!(found, Vec::<String>::new());

    let found = found_in(&[
        re_exporting,
        ("a/b.rs", "use crate::a::Verb; pub struct Noun(Verb);"),
        ("a/c.rs", "use super::Noun; pub struct Verb(Noun); pub struct Other;"),
    ]);
    assert_eq!(found, ["a::b, a::c"]);
}
