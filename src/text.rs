//! Translations by key: every visible text, in English, German and Spanish.
//!
//! The sentences are Fluent messages in `templates/text/`, embedded in the binary. A message that a language lacks is
//! said in English, and `tests` below fail while one is missing anywhere, named but not written, or written but never
//! named. Which language to speak is negotiated here too, from the client's `ui_locales` (OIDC Core §3.1.2.1) and the
//! browser's `Accept-Language` (RFC 9110 §12.5.4). This module knows neither HTTP nor HTML.

use std::{str::FromStr, sync::LazyLock};

use fluent_bundle::{FluentArgs, FluentResource, concurrent::FluentBundle};
use fluent_langneg::{NegotiationStrategy, negotiate_languages};
use jiff::ZonedDateTime;

/// A language of the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Language {
    English,
    German,
    Spanish,
}

impl Language {
    pub const ALL: [Language; 3] = [Language::English, Language::German, Language::Spanish];

    /// The language's BCP 47 tag, as in `<html lang>`.
    pub fn tag(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::German => "de",
            Language::Spanish => "es",
        }
    }

    /// The first supported one of the requested languages; English when there is none.
    ///
    /// `ui_locales` is the client's choice, tags separated by spaces in order of preference (OIDC Core §3.1.2.1); it
    /// comes before `accept_language`, the browser's header with its weights. Invalid language tags are ignored.
    pub fn negotiate(ui_locales: Option<&str>, accept_language: Option<&str>) -> Language {
        let wished = ui_locales.unwrap_or_default().split_ascii_whitespace();
        let accepted = by_weight(accept_language.unwrap_or_default());
        let requested: Vec<Identifier> = wished.chain(accepted).filter_map(|tag| tag.parse().ok()).collect();

        negotiate_languages(&requested, &IDENTIFIERS, None, NegotiationStrategy::Matching)
            .first()
            .and_then(|found| Language::from_str(found.language.as_str()).ok())
            .unwrap_or(Language::English)
    }
}

/// Reads the tag of a supported language, exactly as [`Language::tag`] writes it.
impl FromStr for Language {
    type Err = UnknownLanguage;

    fn from_str(tag: &str) -> Result<Self, Self::Err> {
        Language::ALL
            .into_iter()
            .find(|language| language.tag() == tag)
            .ok_or(UnknownLanguage)
    }
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a language of our pages")]
pub struct UnknownLanguage;

type Identifier = fluent_langneg::LanguageIdentifier;

static IDENTIFIERS: LazyLock<Vec<Identifier>> = LazyLock::new(|| {
    Language::ALL
        .iter()
        .filter_map(|language| language.tag().parse().ok())
        .collect()
});

/// The tags of an `Accept-Language` header, the weightiest first, equals in their order; a weight of 0 means "not this
/// one".
fn by_weight(header: &str) -> impl Iterator<Item = &str> {
    let mut weighed: Vec<(f32, &str)> = header
        .split(',')
        .map(|range| {
            let (tag, parameters) = range.split_once(';').unwrap_or((range, ""));
            let weight = parameters.trim().strip_prefix("q=").unwrap_or("1");
            (weight.trim().parse().unwrap_or(0.0), tag.trim())
        })
        .filter(|(weight, _)| *weight > 0.0)
        .collect();
    weighed.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    weighed.into_iter().map(|(_, tag)| tag)
}

/// The message in this language.
pub fn say(language: Language, key: &str) -> String {
    format(language, key, &FluentArgs::new())
}

/// The message with arguments: `say_with(language, "sign-in-for-client", &[("client", "Demo")])`.
pub fn say_with(language: Language, key: &str, words: &[(&str, &str)]) -> String {
    format(language, key, &words.iter().copied().collect())
}

/// The message for a number, which is its argument `{ $count }` and selects the plural form.
pub fn say_count(language: Language, key: &str, count: u64) -> String {
    format(language, key, &FluentArgs::from_iter([("count", count)]))
}

/// A point in time in the zone it comes with: `2 June 2025, 08:00 CEST`.
pub fn say_moment(language: Language, moment: &ZonedDateTime) -> String {
    let mut parts = FluentArgs::new();
    parts.set("day", moment.day());
    parts.set("month", moment.month());
    parts.set("year", moment.year().to_string());
    parts.set("time", moment.strftime("%H:%M %Z").to_string());
    format(language, "moment", &parts)
}

fn format(language: Language, key: &str, arguments: &FluentArgs) -> String {
    let found = [language, Language::English].into_iter().find_map(|language| {
        let bundle = &BUNDLES[language as usize];
        Some((bundle, bundle.get_message(key)?.value()?))
    });
    let Some((bundle, pattern)) = found else {
        tracing::error!(key, "this message does not exist");
        return key.to_owned();
    };
    let mut troubles = Vec::new();
    let said = bundle.format_pattern(pattern, Some(arguments), &mut troubles);
    if !troubles.is_empty() {
        tracing::error!(key, ?troubles, "a message cannot be formatted completely");
    }
    said.into_owned()
}

static BUNDLES: LazyLock<[FluentBundle<FluentResource>; 3]> = LazyLock::new(|| Language::ALL.map(bundle));

fn bundle(language: Language) -> FluentBundle<FluentResource> {
    let identifier = language.tag().parse().expect("our own tags are tags");
    let mut bundle = FluentBundle::new_concurrent(vec![identifier]);
    // Names are isolated by <bdi> in the pages; invisible marks would only get in the way of titles, logs and tests.
    bundle.set_use_isolating(false);
    let resource =
        FluentResource::try_new(source(language).to_owned()).expect("the embedded messages parse: a test reads them");
    bundle
        .add_resource(resource)
        .expect("no message is written twice: a test reads them");
    bundle
}

fn source(language: Language) -> &'static str {
    match language {
        Language::English => include_str!("../templates/text/en.ftl"),
        Language::German => include_str!("../templates/text/de.ftl"),
        Language::Spanish => include_str!("../templates/text/es.ftl"),
    }
}

#[cfg(test)]
mod tests {
    use std::{
        collections::{BTreeMap, BTreeSet},
        path::Path,
    };

    use super::*;

    /// Every message of a language with its text; continued lines begin with a blank.
    fn messages(language: Language) -> BTreeMap<&'static str, String> {
        let mut messages = BTreeMap::new();
        let mut current = "";
        for line in source(language).lines() {
            if let Some((key, text)) = line.split_once(" =").filter(|_| !line.starts_with([' ', '#'])) {
                current = key;
                messages.insert(key, text.to_owned());
            } else if line.starts_with(' ') {
                messages.entry(current).or_default().push_str(line);
            }
        }
        messages
    }

    fn keys(language: Language) -> BTreeSet<&'static str> {
        messages(language).into_keys().collect()
    }

    /// The names in the `{ $… }` of a message.
    fn places(message: &str) -> BTreeSet<&str> {
        message
            .split('$')
            .skip(1)
            .filter_map(|rest| rest.split(|letter: char| !letter.is_ascii_alphanumeric()).next())
            .collect()
    }

    /// Every template and every source file but this one, which quotes keys only as examples.
    fn pages_and_sources() -> String {
        fn gather(folder: &Path, text: &mut String) {
            for entry in std::fs::read_dir(folder).expect("the repository is readable") {
                let path = entry.expect("the repository is readable").path();
                if path.is_dir() {
                    gather(&path, text);
                } else if path.extension().is_some_and(|kind| kind == "html" || kind == "rs")
                    && !path.ends_with("src/text.rs")
                {
                    text.push_str(&std::fs::read_to_string(&path).expect("sources are text"));
                }
            }
        }
        let mut text = String::new();
        let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
        gather(&repository.join("src"), &mut text);
        gather(&repository.join("templates"), &mut text);
        text
    }

    #[test]
    fn every_language_has_every_message_with_the_same_places() {
        for language in Language::ALL {
            assert_eq!(keys(language), keys(Language::English), "{language:?}");
            for (key, message) in messages(language) {
                let measure = &messages(Language::English)[key];
                assert_eq!(places(&message), places(measure), "{language:?} {key}");
            }
        }
    }

    #[test]
    fn every_message_a_page_or_source_names_is_written() {
        let written = keys(Language::English);
        let text = pages_and_sources();

        let calls = ["say(", "say_with(", "say_count(", "emphasise("];
        let named: BTreeSet<&str> = calls
            .iter()
            .flat_map(|call| text.split(call).skip(1))
            .filter_map(|after| after.split(')').next()?.split('"').nth(1))
            .collect();

        assert!(named.len() > 20, "the calls are written differently now");
        let missing: Vec<_> = named.difference(&written).collect();
        assert!(missing.is_empty(), "named but not written: {missing:?}");
    }

    #[test]
    fn every_written_message_is_named_somewhere() {
        let text = pages_and_sources();

        let unused: Vec<_> = keys(Language::English)
            .into_iter()
            .filter(|key| *key != "moment" && !text.contains(&format!("\"{key}\"")))
            .collect();

        assert!(unused.is_empty(), "written but never named: {unused:?}");
    }

    #[test]
    fn the_clients_ui_locales_come_before_the_browsers_languages() {
        let language = Language::negotiate(Some("es"), Some("de"));

        assert_eq!(language, Language::Spanish);
    }

    #[test]
    fn unsupported_ui_locales_fall_back_to_the_browsers_languages() {
        let language = Language::negotiate(Some("fr-FR nl"), Some("de-AT,de;q=0.9,en;q=0.8"));

        assert_eq!(language, Language::German);
    }

    #[test]
    fn weights_decide_and_a_weight_of_zero_means_never() {
        let weighed = Language::negotiate(None, Some("en;q=0.3, es-419;q=0.9, de;q=0.5"));
        let refused = Language::negotiate(None, Some("de;q=0, es;q=0.1"));

        assert_eq!(weighed, Language::Spanish);
        assert_eq!(refused, Language::Spanish);
    }

    #[test]
    fn whatever_is_not_a_language_tag_is_passed_over() {
        let odd = ["", "*", "???", "de_", "q=1", "und", "zh-Hant;q=NaN", "\u{0}"];

        for tag in odd {
            assert_eq!(Language::negotiate(Some(tag), Some(tag)), Language::English);
        }
        assert_eq!(
            Language::negotiate(Some("?? de"), None),
            Language::German,
            "and what follows it still counts"
        );
    }

    #[test]
    fn words_and_numbers_find_their_places() {
        let client = [("client", "Demo")];

        assert_eq!(
            say_with(Language::German, "sign-in-for-client", &client),
            "Demo bittet Sie, sich anzumelden."
        );
        assert!(say_count(Language::English, "sign-in-throttled", 1).contains("one second"));
        assert!(say_count(Language::English, "sign-in-throttled", 7).contains("7 seconds"));
    }

    #[test]
    fn moments_read_as_people_write_them() {
        let moment: ZonedDateTime = "2025-06-02T08:05[Europe/Berlin]"
            .parse()
            .expect("a moment with its zone");

        assert_eq!(say_moment(Language::English, &moment), "2 June 2025, 08:05 CEST");
        assert_eq!(say_moment(Language::German, &moment), "2. Juni 2025, 08:05 CEST");
        assert_eq!(say_moment(Language::Spanish, &moment), "2 de junio de 2025, 08:05 CEST");
    }

    #[test]
    fn a_missing_message_shows_its_key() {
        assert_eq!(say(Language::German, "no-such-message"), "no-such-message");
    }
}
