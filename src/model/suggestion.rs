//! "Did you mean …?" for a name that does not exist.

/// How alike two names must be, from 0 to 1.
const ALIKE: f64 = 0.75;

/// What to add to a sentence that says a name does not exist: the known name that is most like it, if one is.
pub fn suggestion<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    // Names of that length are no slip of the finger, and comparing them takes long.
    if name.len() > 100 {
        return String::new();
    }
    let likeness = |known: &str| strsim::jaro_winkler(&name.to_lowercase(), known);
    let best = known
        .into_iter()
        .map(|known| (likeness(known), known))
        .max_by(|(one, _), (other, _)| one.total_cmp(other));
    match best {
        Some((likeness, known)) if likeness >= ALIKE => format!("; did you mean {known:?}?"),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_finds_the_name() {
        let known = ["denies_consent", "slow_sign_in", "account_locked"];

        for (typed, meant) in [
            ("denies_consnet", "denies_consent"),
            ("Denies-Consent", "denies_consent"),
            ("slow_signin", "slow_sign_in"),
            ("account_lock", "account_locked"),
        ] {
            assert_eq!(suggestion(typed, known), format!("; did you mean {meant:?}?"));
        }
        for typed in ["", "pkce", &"x".repeat(1000)] {
            assert_eq!(suggestion(typed, known), "", "{typed}");
        }
    }
}
