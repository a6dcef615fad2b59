//! How to fix a refused request: a sentence or two for the developer of the client.
//!
//! Advice is found by the rule that refused, and otherwise by the error code. It says what to do next; what went
//! wrong is said by the refusal itself. A test compares the rules here with those in the sources.

mod authorization;
mod codes;
mod notes;
mod resource;
mod token;

pub use notes::notes;

use crate::model::Refusal;

/// The name of a rule or an error code, and the advice.
type Advice = (&'static str, &'static str);

/// In the order in which a flow meets the rules.
const BY_RULE: &[&[Advice]] = &[authorization::ADVICE, token::ADVICE, resource::ADVICE];

/// The advice for a refusal, where there is some.
pub fn fix(refusal: &Refusal) -> Option<&'static str> {
    let find = |list: &[Advice], name: &str| list.iter().find(|(known, _)| *known == name).map(|(_, advice)| *advice);
    let of_rule = |rule: &str| BY_RULE.iter().find_map(|list| find(list, rule));
    refusal
        .kind
        .and_then(of_rule)
        .or_else(|| find(codes::ADVICE, refusal.code))
}

#[cfg(test)]
mod tests {
    use std::{
        collections::BTreeSet,
        fs,
        path::{Path, PathBuf},
    };

    use super::*;

    fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs")
                && !path.iter().any(|part| part == "advice")
            {
                found.push(path);
            }
        }
    }

    /// What looks like the name of a rule: two words in lower case with a dot between, in quotes.
    fn kinds_in(source: &str) -> impl Iterator<Item = &str> {
        let word = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        source.split('"').filter(move |text| {
            text.split_once('.')
                .is_some_and(|(noun, rule)| word(noun) && word(rule))
        })
    }

    #[test]
    fn every_rule_that_refuses_has_advice_and_no_advice_is_unused() {
        let mut files = Vec::new();
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
        let texts: Vec<String> = files.iter().map(|file| fs::read_to_string(file).unwrap()).collect();
        let used: BTreeSet<&str> = texts.iter().flat_map(|text| kinds_in(text)).collect();

        for text in &texts {
            for call in text.split(".kind(\"").skip(1) {
                let kind = call.split('"').next().unwrap();
                assert!(
                    BY_RULE.iter().copied().flatten().any(|(known, _)| *known == kind),
                    "{kind} has no advice"
                );
            }
        }
        for (kind, _) in BY_RULE.iter().copied().flatten() {
            assert!(used.contains(kind), "nothing is refused as {kind}");
        }
    }

    #[test]
    fn advice_stands_once_and_is_a_sentence() {
        for list in [BY_RULE.concat(), codes::ADVICE.to_vec()] {
            let names: BTreeSet<_> = list.iter().map(|(name, _)| name).collect();
            assert_eq!(names.len(), list.len());
            for (name, advice) in &list {
                assert!(
                    advice.ends_with('.') && !advice.contains("  ") && advice.len() < 400,
                    "{name}: {advice}"
                );
            }
        }
    }

    #[test]
    fn advice_for_the_rule_comes_before_advice_for_the_code() {
        let known = Refusal::new("invalid_grant", "x").kind("pkce.mismatch");
        let of_code = Refusal::new("invalid_grant", "x");
        let of_nobody = Refusal::new("something_else", "x");

        assert!(fix(&known).unwrap().starts_with("Compare the two hashes."));
        assert!(fix(&of_code).unwrap().starts_with("Start again"));
        assert_eq!(fix(&of_nobody), None);
    }
}
