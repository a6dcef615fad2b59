//! The command line as it is typed. The environment is tested from outside, where a process has one of its own.

use clap::CommandFactory as _;

use super::*;

fn parse(words: &[&str]) -> Result<CommandLine, clap::Error> {
    CommandLine::try_parse_from([&["anteroom"], words].concat())
}

async fn answer(words: &[&str]) -> anyhow::Result<String> {
    let mut out = Vec::new();
    parse(words)?.run(&mut out).await?;
    Ok(String::from_utf8(out)?)
}

#[test]
fn the_command_line_is_sound() {
    CommandLine::command().debug_assert();
}

#[test]
fn every_flag_has_a_variable() {
    let command = CommandLine::command();
    let flags = command
        .get_arguments()
        .filter(|flag| !["help", "version"].contains(&flag.get_id().as_str()));
    for flag in flags {
        let expected = format!("ANTEROOM_{}", flag.get_id().as_str().to_uppercase());
        let variable = flag.get_env().map(|variable| variable.to_string_lossy().into_owned());
        assert_eq!(variable.as_deref(), Some(expected.as_str()));
    }
}

#[test]
fn no_command_means_serve_with_the_same_flags() {
    let bare = parse(&["--seed", "none", "--listen", "localhost:0"]).unwrap();
    let full = parse(&["serve", "--seed", "none", "--listen", "localhost:0"]).unwrap();

    let Some(Command::Serve(flags)) = full.command else {
        panic!("not serve")
    };
    assert!(bare.command.is_none());
    assert_eq!(format!("{:?}", bare.serve), format!("{flags:?}"));
}

#[test]
fn what_is_no_value_for_a_flag_is_refused_before_anything_starts() {
    for (words, reason) in [
        (vec!["--issuer", "http://localhost/x"], "paths are used for realms"),
        (vec!["--listen", "8080"], "not an address and port"),
        (vec!["--database", "mysql://x"], "unsupported database URL"),
        (vec!["--trusted-proxy", "everyone"], "not a network"),
        (vec!["--allowed-host", "http://x"], "not a host"),
        (vec!["--log", "a=b=c"], "not a log filter"),
        (vec!["--allow-private-fetch=perhaps"], "perhaps"),
        (vec!["--unknown"], "unexpected argument"),
        (vec!["--staging"], "unexpected argument"),
        (vec!["dance"], "unrecognized subcommand"),
        (vec!["seed"], "required arguments"),
        (vec!["config"], "Commands:"),
    ] {
        let error = parse(&words).unwrap_err().to_string();
        assert!(error.contains(reason), "{words:?}\n{error}");
    }
}

/// The nouns of a running server, and the commands below them.
fn remote_commands() -> Vec<clap::Command> {
    let ours = ["serve", "seed", "config"];
    let command = CommandLine::command();
    let nouns = command
        .get_subcommands()
        .filter(|noun| !ours.contains(&noun.get_name()));
    let all = nouns.flat_map(|noun| std::iter::once(noun).chain(noun.get_subcommands()));
    all.cloned().collect()
}

#[test]
fn every_remote_command_explains_itself_its_arguments_and_shows_examples() {
    assert!(remote_commands().len() > 40);
    for command in remote_commands() {
        let name = command.get_name().to_owned();
        assert!(command.get_about().is_some(), "{name}");
        let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        assert!(after.starts_with("Examples:\n"), "{name}: {after}");
        for argument in command.get_arguments() {
            assert!(argument.get_help().is_some(), "{name}: {}", argument.get_id());
        }
    }
}

#[test]
fn every_example_of_the_help_is_understood() {
    let mut understood = 0;
    for command in remote_commands().iter().filter(|command| command.has_subcommands()) {
        let examples = command.get_after_help().expect("there are examples").to_string();
        for typed in examples.lines().flat_map(|line| line.split(" && ")).filter_map(words) {
            CommandLine::try_parse_from(&typed).unwrap_or_else(|error| panic!("{typed:?}: {error}"));
            understood += 1;
        }
    }
    assert!(understood > 50, "{understood}");
}

/// The words of an example as a shell would have them: without a comment, a redirection, or what the answer is kept in.
fn words(example: &str) -> Option<Vec<String>> {
    let (_, command) = example.split_once("anteroom ")?;
    let command = command
        .split("   ")
        .next()?
        .split(" > ")
        .next()?
        .trim_end()
        .trim_end_matches(')');
    if !example.trim_start().starts_with("anteroom ") && !example.contains("$(anteroom ") {
        return None; // a sentence
    }
    let mut words = vec!["anteroom".to_owned(), String::new()];
    let mut quoted = false;
    for letter in command.replace("$ISSUER", "http://localhost:8080/realms/x").chars() {
        match letter {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            _ => words.last_mut()?.push(letter),
        }
    }
    words.retain(|word| !word.is_empty());
    Some(words)
}

#[tokio::test]
async fn config_default_prints_the_reference() {
    assert_eq!(answer(&["config", "default"]).await.unwrap(), crate::config::DEFAULTS);
}

#[tokio::test]
async fn config_check_says_what_would_happen() {
    let told = answer(&[
        "config",
        "check",
        "--listen",
        "127.0.0.1:9000",
        "--database",
        "postgres://anne:hunter2@db.test/x",
    ]);

    let told = told.await.unwrap();
    assert!(told.contains("listen           127.0.0.1:9000\n"), "{told}");
    assert!(told.contains("issuer           http://localhost:9000\n"), "{told}");
    assert!(told.contains("database         postgres://anne@db.test/x\n"), "{told}");
    assert!(!told.contains("hunter2"), "{told}");
}

#[tokio::test]
async fn repeated_flags_add_up_and_a_switch_can_be_said_to_be_off() {
    let words = [
        "config",
        "check",
        "--listen",
        "127.0.0.1:1,127.0.0.1:2",
        "--listen",
        "[::1]:3",
        "--allow-private-fetch",
    ];
    let told = answer(&words).await.unwrap();
    assert!(
        told.contains("listen           127.0.0.1:1, 127.0.0.1:2, [::1]:3\n"),
        "{told}"
    );
    assert!(told.contains("private fetch    allowed\n"), "{told}");

    let told = answer(&["config", "check", "--allow-private-fetch=false"])
        .await
        .unwrap();
    assert!(told.contains("private fetch    refused\n"), "{told}");
}

#[tokio::test]
async fn settings_that_do_not_go_together_are_refused() {
    for (words, reason) in [
        (
            vec!["config", "check", "--tls-cert", "c.pem"],
            "`tls.key` is not (--tls-key FILE)",
        ),
        (vec!["config", "check", "--config", "/nowhere.toml"], "/nowhere.toml: "),
    ] {
        let error = answer(&words).await.unwrap_err().to_string();
        assert!(error.contains(reason), "{words:?}\n{error}");
    }
}

#[tokio::test]
async fn a_server_whose_issuer_others_can_reach_does_not_start_with_public_keys() {
    let words = [
        "--issuer",
        "https://login.example.com",
        "--listen",
        "127.0.0.1:0",
        "--database",
        "sqlite::memory:",
    ];

    let error = answer(&words).await.unwrap_err().to_string();

    assert!(
        error.contains("the issuer https://login.example.com can be reached by others"),
        "{error}"
    );
}

#[tokio::test]
async fn a_seed_goes_into_an_empty_database_once() {
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite:{}", folder.path().join("a.db").display());
    let seed = folder.path().join("seed.toml");
    std::fs::write(
        &seed,
        "based_on = \"demo\"\n[[users]]\nusername = \"zoe\"\npassword = \"zoe-password\"\n",
    )
    .unwrap();
    let words = ["seed", seed.to_str().unwrap(), "--database", &database];

    assert!(answer(&words).await.unwrap().contains("was filled from"));

    let error = answer(&words).await.unwrap_err().to_string();
    assert!(error.contains("can only be loaded into an empty one"), "{error}");
}

#[tokio::test]
async fn a_seed_with_something_twice_leaves_the_database_empty() {
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite:{}", folder.path().join("a.db").display());
    let seed = folder.path().join("seed.toml");
    let words = ["seed", seed.to_str().unwrap(), "--database", &database];
    std::fs::write(&seed, "[[users]]\nusername = \"zoe\"\n[[users]]\nusername = \"ZOE\"\n").unwrap();

    let error = answer(&words).await.unwrap_err().to_string();
    assert!(
        error.contains("the users \"zoe\" and \"ZOE\" have the same name"),
        "{error}"
    );

    std::fs::write(&seed, "[[users]]\nusername = \"zoe\"\n").unwrap();
    answer(&words).await.unwrap();
}
