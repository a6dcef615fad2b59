//! The floor plan of `docs/ARCHITECTURE.md` held against the imports: an import only goes down the stairs, and modules
//! on one layer do not open into each other.
//!
//! Every `crate::…`, `super::…`, `self::…` and (in `main.rs`) `anteroom::…` counts, wherever it stands: in a `use`, in
//! the middle of an expression, in a macro's arguments. Files are read as Rust tokens, so comments and strings
//! do not count.

use std::{collections::BTreeSet, path::Path};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

const BASE: &[&str] = &["clock", "random", "text", "fair_permits"];
const MODEL: &[&str] = &["model"];
const STORAGE: &[&str] = &["store", "web", "config"];
const SERVICES: &[&str] = &[
    "keys",
    "sessions",
    "passwords",
    "schedule",
    "faults",
    "outbox",
    "journal",
    "fetch",
];
const API: &[&str] = &["api"];
const TOKENS: &[&str] = &["tokens"];
const APP: &[&str] = &["app"];
const ENTRY_POINTS: &[&str] = &["oauth", "login", "portals"];
const REALMS: &[&str] = &["realms"];
const CONTROL_API: &[&str] = &["control"];
/// Files of `portals` that are no portals.
const SHARED_BY_PORTALS: &[&str] = &["caller", "cross_origin", "portal", "swagger_ui"];

/// What a module may use beside itself; `None` where the crate has no such module.
///
/// A portal is a module of its own (`portals::vsee`); what the portals share (`portals`) is one, too.
fn allowed(module: &str) -> Option<BTreeSet<&'static str>> {
    let layers: &[&[&str]] = match module {
        "clock" | "random" | "text" | "fair_permits" => &[],
        "model" => &[BASE],
        "store" | "web" | "config" => &[MODEL, BASE],
        "keys" | "sessions" | "passwords" | "schedule" | "faults" | "journal" | "fetch" => &[STORAGE, MODEL, BASE],
        // Secret headers are sealed, and what is sent goes through the one way out.
        "outbox" => &[&["keys", "fetch"], STORAGE, MODEL, BASE],
        "tokens" => &[&["keys", "faults"], STORAGE, MODEL, BASE],
        // What APIs are made of knows no realm and nobody who serves one.
        "api" => &[STORAGE, MODEL, BASE],
        "app" => &[API, TOKENS, SERVICES, STORAGE, MODEL, BASE],
        "oauth" | "login" => &[API, APP, TOKENS, SERVICES, STORAGE, MODEL, BASE],
        // The list of portals names its modules; below, a portal may use what the portals share.
        "portals" => &[&["portals::*"], API, APP, TOKENS, SERVICES, STORAGE, MODEL, BASE],
        _ if module.starts_with("portals::") => &[&["portals"], API, APP, TOKENS, SERVICES, STORAGE, MODEL, BASE],
        "realms" => &[&["portals"], API, APP, TOKENS, SERVICES, STORAGE, MODEL, BASE],
        "control" => &[REALMS, ENTRY_POINTS, API, APP, TOKENS, SERVICES, STORAGE, MODEL, BASE],
        "server" => &[
            CONTROL_API,
            REALMS,
            ENTRY_POINTS,
            API,
            APP,
            TOKENS,
            SERVICES,
            STORAGE,
            MODEL,
            BASE,
        ],
        "cli" => &[
            &["server"],
            CONTROL_API,
            REALMS,
            ENTRY_POINTS,
            API,
            APP,
            TOKENS,
            SERVICES,
            STORAGE,
            MODEL,
            BASE,
        ],
        "main" => &[&["cli"]],
        _ => return None,
    };
    Some(layers.iter().flat_map(|layer| layer.iter().copied()).collect())
}

/// Why `from` must not use `to`, if it must not.
fn objection(from: &str, to: &str) -> Option<String> {
    if from == to {
        return None;
    }
    let Some(allowed) = allowed(from) else {
        return Some(format!("{from} is not a module of the crate"));
    };
    if self::allowed(to).is_none() {
        return Some(format!("{from} uses {to}, which is not a module of the crate"));
    }
    let any_portal = to.starts_with("portals::") && allowed.contains("portals::*");
    (!allowed.contains(to) && !any_portal).then(|| format!("{from} must not use {to}"))
}

/// The module a path inside the crate belongs to: its first segment, and for a portal the first two.
fn room_of(path: &[String]) -> Option<String> {
    let first = path.first()?;
    match path.get(1) {
        Some(portal)
            if first == "portals"
                && !SHARED_BY_PORTALS.contains(&portal.as_str())
                && portal.starts_with(char::is_lowercase) =>
        {
            Some(format!("portals::{portal}"))
        }
        _ => Some(first.clone()),
    }
}

/// The module a file under `src` is: `oauth/token.rs` is `oauth::token`, `oauth/mod.rs` is `oauth`.
pub fn module_of(file: &Path) -> Vec<String> {
    let mut segments: Vec<_> = file
        .with_extension("")
        .iter()
        .map(|part| part.to_string_lossy().into_owned())
        .collect();
    if segments.last().is_some_and(|last| last == "mod") {
        segments.pop();
    }
    segments
}

/// Every path into this crate that the source names, from its root on. `module` is where the source stands.
fn paths_in(source: &str, module: &[String]) -> Result<Vec<Vec<String>>, String> {
    let tokens: TokenStream = source.parse().map_err(|error| format!("{error}"))?;
    let mut paths = Vec::new();
    walk(&tokens.into_iter().collect::<Vec<_>>(), module, &mut paths);
    Ok(paths)
}

fn walk(tokens: &[TokenTree], module: &[String], paths: &mut Vec<Vec<String>>) {
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        match token {
            TokenTree::Ident(word) => {
                let continues_a_path = at > 0 && colons_end_at(tokens, at);
                let start = match word.to_string().as_str() {
                    "crate" | "anteroom" => Some(Vec::new()),
                    "self" => Some(module.to_vec()),
                    "super" => Some(parent(module)),
                    _ => None,
                };
                if let Some(start) = start.filter(|_| !continues_a_path && colons_begin_at(tokens, at + 1)) {
                    collect(tokens, at + 3, start, paths);
                }
                // A module in the file: what is `super` inside is this module.
                if word == "mod"
                    && let Some(TokenTree::Ident(name)) = tokens.get(at + 1)
                    && let Some(TokenTree::Group(body)) = tokens.get(at + 2)
                {
                    let mut inner = module.to_vec();
                    inner.push(name.to_string());
                    walk(&body.stream().into_iter().collect::<Vec<_>>(), &inner, paths);
                    at += 3;
                    continue;
                }
            }
            TokenTree::Group(group) => walk(&group.stream().into_iter().collect::<Vec<_>>(), module, paths),
            _ => {}
        }
        at += 1;
    }
}

/// Reads on after `…::`, into the braces of a `use` if there are any.
pub fn collect(tokens: &[TokenTree], mut at: usize, mut path: Vec<String>, paths: &mut Vec<Vec<String>>) {
    loop {
        match tokens.get(at) {
            Some(TokenTree::Ident(word)) if word == "super" => path = parent(&path),
            Some(TokenTree::Ident(word)) if word == "self" => {}
            Some(TokenTree::Ident(word)) => path.push(word.to_string()),
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                let inside: Vec<_> = group.stream().into_iter().collect();
                for item in inside.split(|token| matches!(token, TokenTree::Punct(mark) if mark.as_char() == ',')) {
                    if !item.is_empty() {
                        collect(item, 0, path.clone(), paths);
                    }
                }
                return;
            }
            _ => break,
        }
        if !colons_begin_at(tokens, at + 1) {
            break;
        }
        at += 3;
    }
    paths.push(path);
}

pub fn parent(module: &[String]) -> Vec<String> {
    module
        .split_last()
        .map(|(_, parent)| parent.to_vec())
        .unwrap_or_default()
}

pub fn colons_begin_at(tokens: &[TokenTree], at: usize) -> bool {
    let colon = |at: usize| matches!(tokens.get(at), Some(TokenTree::Punct(mark)) if mark.as_char() == ':');
    colon(at) && colon(at + 1)
}

pub fn colons_end_at(tokens: &[TokenTree], at: usize) -> bool {
    at >= 2 && colons_begin_at(tokens, at - 2)
}

/// What is wrong with one file of `src`, named by its path there.
fn objections_to(file: &Path, source: &str) -> Vec<String> {
    let name = file.display();
    if name.to_string() == "lib.rs" {
        return Vec::new(); // it lists the modules and shows some of what is in them
    }
    let module = module_of(file);
    let Some(from) = room_of(&module) else {
        return vec![format!("{name}: in no module")];
    };
    let paths = match paths_in(source, &module) {
        Ok(paths) => paths,
        Err(error) => return vec![format!("{name}: {error}")],
    };
    let mut objections: Vec<_> = allowed(&from)
        .is_none()
        .then(|| format!("{from} is not a module of the crate"))
        .into_iter()
        .collect();
    objections.extend(paths.iter().filter_map(|path| {
        let to = room_of(path)?;
        Some(format!("{} (as {})", objection(&from, &to)?, path.join("::")))
    }));
    objections
        .into_iter()
        .map(|objection| format!("{name}: {objection}"))
        .collect()
}

pub fn files_under(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("the source is here") {
        let path = entry.expect("the source can be read").path();
        if path.is_dir() {
            files_under(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn every_import_goes_down_the_stairs() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    files_under(&root, &mut files);
    assert!(files.len() > 20, "where is the source?");

    let mut objections = Vec::new();
    for file in files {
        let source = std::fs::read_to_string(&file).expect("source is text");
        objections.extend(objections_to(
            file.strip_prefix(&root).expect("it was found there"),
            &source,
        ));
    }

    assert!(objections.is_empty(), "\n{}\n", objections.join("\n"));
}

/// The checker's own cases: file, source, and the objections in short.
fn objects(file: &str, source: &str) -> Vec<String> {
    let objections = objections_to(Path::new(file), source);
    objections
        .into_iter()
        .map(|text| text.split(" (as").next().unwrap_or_default().to_owned())
        .collect()
}

#[test]
fn an_import_up_the_stairs_is_found() {
    let objections = objects("model/client.rs", "use crate::store::clients;");
    assert_eq!(objections, ["model/client.rs: model must not use store"]);

    let objections = objects("clock.rs", "use crate::random::Random;");
    assert_eq!(objections, ["clock.rs: clock must not use random"]);

    let objections = objects("tokens/mod.rs", "use crate::{keys::KeyRing, outbox::Outbox};");
    assert_eq!(objections, ["tokens/mod.rs: tokens must not use outbox"]);

    let objections = objects("main.rs", "fn main() { anteroom::server::serve() }");
    assert_eq!(objections, ["main.rs: main must not use server"]);
}

#[test]
fn an_import_sideways_is_found() {
    let objections = objects("login/consent.rs", "use crate::oauth::authorize;");
    assert_eq!(objections, ["login/consent.rs: login must not use oauth"]);

    let objections = objects("portals/vsee/sso.rs", "use crate::portals::mediquo::store;");
    assert_eq!(
        objections,
        ["portals/vsee/sso.rs: portals::vsee must not use portals::mediquo"]
    );

    let objections = objects("web/page.rs", "use crate::store::Tx;");
    assert_eq!(objections, ["web/page.rs: web must not use store"]);
}

#[test]
fn an_import_is_found_wherever_it_hides() {
    let hiding_places = [
        "fn f() { let x = crate::oauth::token::exchange(); }",
        "fn f() { println!(\"{}\", crate::oauth::SCOPE); }",
        "use crate::{app::App, oauth::{token, revoke}};",
        "pub(crate) use crate::{model::{self, Client}, oauth};",
        "use super::super::oauth::token;",
        "use super::{account, super::oauth};",
        "mod tests { use super::super::super::oauth; }",
        "mod tests { use super::*; use crate::oauth::*; }",
        "impl From<crate::oauth::Error> for Refusal {}",
        "macro_rules! here { () => { $crate::oauth::x!() } }",
        "type T = Vec<<crate::oauth::A as B>::C>;",
    ];
    for source in hiding_places {
        let objections = objects("login/consent.rs", source);
        assert!(
            objections.contains(&"login/consent.rs: login must not use oauth".to_owned()),
            "{source}: {objections:?}"
        );
    }
}

#[test]
fn what_is_allowed_is_not_objected_to() {
    let sound = [
        (
            "login/consent.rs",
            "use crate::{app::{App, Realm}, store::consents, web::paths}; use super::sign_in;",
        ),
        (
            "login/consent.rs",
            "// use crate::oauth;\n/// [`crate::oauth::token`]\nconst S: &str = \"crate::oauth::x\";",
        ),
        (
            "oauth/grant_types/mod.rs",
            "mod tests { use super::super::token; use crate::model::Scope; }",
        ),
        (
            "portals/mod.rs",
            "pub mod vsee; use crate::portals::mypatientportal::routes; use self::vsee::routes as vsee;",
        ),
        (
            "portals/vsee/mod.rs",
            "use crate::portals::caller::Caller; use super::caller; use super::Portal;",
        ),
        (
            "realms/seed/document.rs",
            "use crate::portals::{self, portal::Portal}; use crate::app::App;",
        ),
        ("server.rs", "use crate::{control, oauth, login, portals, app::App};"),
        ("cli/serve.rs", "use crate::server;"),
        ("main.rs", "fn main() { anteroom::cli::run() }"),
        (
            "model/mod.rs",
            "pub(in crate::model) fn f() {} use some_crate::oauth::x; pub mod client;",
        ),
    ];
    for (file, source) in sound {
        assert_eq!(objects(file, source), Vec::<String>::new(), "{source}");
    }
}

#[test]
fn a_room_nobody_planned_is_found() {
    assert_eq!(
        objects("utils.rs", ""),
        ["utils.rs: utils is not a module of the crate"]
    );
    let objections = objects("login/mod.rs", "use crate::helpers::trim;");
    assert_eq!(
        objections,
        ["login/mod.rs: login uses helpers, which is not a module of the crate"]
    );
}

#[test]
fn the_library_shows_the_floor_plan_of_the_architecture() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let plan = |file: &str| {
        let text = std::fs::read_to_string(root.join(file)).expect("it is text");
        let lines = text.lines().map(|line| line.strip_prefix("//!").unwrap_or(line).trim());
        let lines = lines
            .skip_while(|line| *line != "```text")
            .skip(1)
            .take_while(|line| *line != "```");
        lines.map(str::to_owned).collect::<Vec<_>>()
    };

    let copy = plan("src/lib.rs");
    assert!(copy.len() > 10);
    assert_eq!(copy, plan("docs/ARCHITECTURE.md"));
}
