use jiff::civil::{Date, date};
use serde_json::{Map, Value, json};

use super::{answers::LONGEST_ANSWER, *};
use crate::text::Language;

const TODAY: Date = date(2025, 6, 2);

fn field(name: &str, kind: FieldType, required: bool, config: Value) -> Field {
    let config = serde_json::from_value(config).expect("a test's configuration");
    Field {
        name: name.to_owned(),
        required,
        kind,
        config,
    }
}

/// The form of the fixture type 200.
fn form() -> CommentForm {
    vec![
        field("Neupatient", FieldType::Combo, true, json!({"values": "Ja\nNein"})),
        field(
            "Vorerkrankungen",
            FieldType::Textfield,
            true,
            json!({"emptyText": "z. B. Asthma"}),
        ),
    ]
}

fn problems(form: &[Field], answers: Value) -> Vec<InvalidField> {
    let Value::Object(answers) = answers else {
        panic!("answers are an object")
    };
    check(form, &answers, Language::German, TODAY).err().unwrap_or_default()
}

fn says(message: &str) -> Option<String> {
    Some(message.to_owned())
}

fn problem(field: Field, answer: Value) -> Option<String> {
    let answers = json!({field.name.clone(): answer});
    problems(&[field], answers)
        .into_iter()
        .next()
        .map(|(_, message)| message)
}

#[test]
fn an_answers_length_is_counted_in_characters_and_not_in_bytes() {
    let remark = || field("q", FieldType::Textarea, true, json!({}));

    assert_eq!(problem(remark(), json!("💊".repeat(LONGEST_ANSWER))), None);
    assert!(problem(remark(), json!("💊".repeat(LONGEST_ANSWER + 1))).is_some());
}

#[test]
fn of_several_choices_there_are_no_more_than_are_offered() {
    let several = || field("q", FieldType::Combo, true, json!({"values": "A\nB", "multi": "on"}));

    assert_eq!(problem(several(), json!(["A", "B"])), None);
    assert!(problem(several(), json!(["A", "B", "A"])).is_some());
}

#[test]
fn a_missing_answer_is_refused_with_the_recorded_message() {
    assert_eq!(
        problems(&form(), json!({"Neupatient": "Ja"})),
        [("Vorerkrankungen".to_owned(), "muss ausgefüllt werden".to_owned())]
    );
}

#[test]
fn every_wrong_answer_is_named_in_the_forms_order() {
    assert_eq!(
        problems(&form(), json!({"Vorerkrankungen": " ", "Neupatient": "Vielleicht"})),
        [
            ("Neupatient".to_owned(), "ist kein gültiger Wert".to_owned()),
            ("Vorerkrankungen".to_owned(), "muss ausgefüllt werden".to_owned())
        ]
    );
}

#[test]
fn the_message_speaks_the_practices_language() {
    let missing = |language| {
        check(&form(), &Map::new(), language, TODAY).expect_err("refused")[0]
            .1
            .clone()
    };

    assert_eq!(missing(Language::English), "can't be blank");
    assert_eq!(missing(Language::Spanish), "no puede estar en blanco");
}

#[test]
fn a_complete_form_is_kept_without_what_was_not_asked() {
    let answers = json!({"Neupatient": "Nein", "Vorerkrankungen": "keine", "Schuhgröße": "43"});
    let Value::Object(answers) = answers else {
        unreachable!("an object")
    };

    let kept = check(&form(), &answers, Language::German, TODAY).expect("complete");

    assert_eq!(
        Value::Object(kept),
        json!({"Neupatient": "Nein", "Vorerkrankungen": "keine"})
    );
}

#[test]
fn what_is_not_required_may_be_left_out_but_not_be_wrong() {
    let date = |answer| problem(field("Datum", FieldType::Date, false, json!(null)), answer);

    assert_eq!(date(json!(null)), None);
    assert_eq!(date(json!("")), None);
    assert_eq!(date(json!("02.06.2025")), says("ist nicht gültig"));
    assert_eq!(date(json!(20250602)), says("ist nicht gültig"));
}

#[test]
fn a_date_obeys_its_restriction_and_today_is_neither_past_nor_future() {
    let date = |restriction, answer: &str| {
        problem(
            field("Datum", FieldType::Date, true, json!({"restriction": restriction})),
            json!(answer),
        )
    };

    assert_eq!(date("past", "2025-06-01"), None);
    assert_eq!(date("past", "2025-06-02"), says("muss in der Vergangenheit liegen"));
    assert_eq!(date("future", "2025-06-03"), None);
    assert_eq!(date("future", "2025-06-02"), says("muss in der Zukunft liegen"));
}

#[test]
fn times_and_durations_are_hours_and_minutes() {
    let time = |answer: &str| problem(field("Zeit", FieldType::Time, true, json!(null)), json!(answer));
    let duration = |answer: &str| problem(field("Dauer", FieldType::Duration, true, json!(null)), json!(answer));

    assert_eq!(time("23:59"), None);
    assert_eq!(duration("48:30"), None);
    for wrong in ["24:00", "9:00", "09:60", "+9:00", "09-00", "09:00:00", "abc"] {
        assert_eq!(time(wrong), says("ist nicht gültig"), "{wrong}");
    }
    assert_eq!(duration("00:60"), says("ist nicht gültig"));
}

#[test]
fn a_list_of_choices_needs_a_field_that_takes_several() {
    let one = json!({"values": "Ja\nNein"});
    let several = json!({"values": "Ja\nNein", "multi": "on"});
    let combo = |config: &Value, answer| problem(field("Wahl", FieldType::Combo, true, config.clone()), answer);

    assert_eq!(combo(&several, json!(["Ja", "Nein"])), None);
    assert_eq!(combo(&several, json!("Ja")), None);
    assert_eq!(combo(&several, json!(["Ja", "Nie"])), says("ist kein gültiger Wert"));
    assert_eq!(combo(&several, json!([])), says("muss ausgefüllt werden"));
    assert_eq!(combo(&one, json!(["Ja"])), says("ist nicht gültig"));
    assert_eq!(combo(&one, json!("Ja\nNein")), says("ist kein gültiger Wert"));
}

#[test]
fn a_required_checkbox_has_to_be_ticked() {
    let checkbox = |required, answer| problem(field("Zustimmung", FieldType::Checkbox, required, json!(null)), answer);

    assert_eq!(checkbox(true, json!(true)), None);
    assert_eq!(checkbox(true, json!("on")), None);
    assert_eq!(checkbox(true, json!(false)), says("muss ausgefüllt werden"));
    assert_eq!(checkbox(false, json!(false)), None);
    assert_eq!(checkbox(false, json!("perhaps")), says("ist nicht gültig"));
}

#[test]
fn an_endless_answer_is_refused() {
    let answer = json!("x".repeat(LONGEST_ANSWER + 1));

    assert_eq!(
        problem(field("Text", FieldType::Textarea, true, json!(null)), answer),
        says("ist zu lang")
    );
}

#[test]
fn a_form_is_written_as_it_was_seen_on_the_wire() {
    let written = serde_json::to_value(&form()[0]).expect("serialises");

    assert_eq!(
        written,
        json!({"name": "Neupatient", "required": true, "type": "combo", "config": {"values": "Ja\nNein"}})
    );
    assert_eq!(
        serde_json::to_value(field("Text", FieldType::Textarea, false, json!(null))).expect("serialises"),
        json!({"name": "Text", "required": false, "type": "textarea", "config": null})
    );
}

#[test]
fn an_unknown_type_or_configuration_is_an_error_in_the_seed() {
    for wrong in [
        json!({"name": "x", "type": "slider"}),
        json!({"name": "x", "type": "combo", "config": {"multi": "off"}}),
        json!({"name": "x", "type": "combo", "config": {"choices": "a"}}),
        json!({"type": "date"}),
    ] {
        assert!(serde_json::from_value::<Field>(wrong.clone()).is_err(), "{wrong}");
    }
}
