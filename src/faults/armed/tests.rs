//! How often an armed fault triggers, and which requests to arm one are refused.

use serde_json::{Value, json};

use super::*;

fn check(request: Value) -> Result<Armed, String> {
    let request: ArmFault = serde_json::from_value(request).map_err(|error| error.to_string())?;
    request.check("1".to_owned(), &EndpointTable::new([]))
}

fn triggers_of(request: Value, calls: usize) -> Vec<usize> {
    let armed = check(request).unwrap();
    let random = Random::default();
    (1..=calls).filter(|_| armed.trigger(&random)).count();
    let again = check(request_of(&armed)).unwrap();
    (1..=calls).filter(|_| again.trigger(&random)).collect()
}

fn request_of(armed: &Armed) -> Value {
    let request = &armed.request;
    let mut value = json!({"fault": request.fault});
    for (name, said) in [("times", request.times), ("nth", request.nth)] {
        if let Some(said) = said {
            value[name] = json!(said);
        }
    }
    value
}

#[test]
fn counts_and_nth_say_at_which_calls_it_triggers() {
    let of = |times: Value| {
        let mut request = json!({"fault": "delayed_answer"});
        for (name, value) in times.as_object().unwrap() {
            request[name] = value.clone();
        }
        triggers_of(request, 6)
    };

    assert_eq!(of(json!({})), [1, 2, 3, 4, 5, 6]);
    assert_eq!(of(json!({"times": 1})), [1]);
    assert_eq!(of(json!({"times": 2})), [1, 2]);
    assert_eq!(of(json!({"nth": 3})), [3]);
    assert_eq!(of(json!({"nth": 3, "times": 2})), [3, 4]);
}

#[test]
fn a_share_of_all_is_all_and_a_share_of_none_is_none() {
    let random = Random::default();
    for (share, expected) in [(100.0, 50), (0.0, 0)] {
        let armed = check(json!({"fault": "delayed_answer", "share": share})).unwrap();
        assert_eq!((0..50).filter(|_| armed.trigger(&random)).count(), expected, "{share}");
        assert_eq!(armed.seen(), 50);
    }
    let half = check(json!({"fault": "delayed_answer", "share": 50})).unwrap();
    let triggered = (0..2000).filter(|_| half.trigger(&random)).count();
    assert!((800..1200).contains(&triggered), "{triggered}");
}

#[test]
fn of_many_calls_at_once_it_triggers_at_exactly_as_many_as_asked_for() {
    let armed = check(json!({"fault": "delayed_answer", "times": 3, "nth": 5})).unwrap();
    let random = Random::default();

    let triggered: usize = std::thread::scope(|scope| {
        let calls: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| (0..1000).filter(|_| armed.trigger(&random)).count()))
            .collect();
        calls.into_iter().map(|call| call.join().unwrap()).sum()
    });

    assert_eq!((triggered, armed.triggered(), armed.seen()), (3, 3, 8000));
}

#[test]
fn a_request_that_makes_no_sense_is_refused() {
    for wrong in [
        json!({"fault": "delayed_answers"}),
        json!({}),
        json!({"fault": "delayed_answer", "times": 0}),
        json!({"fault": "delayed_answer", "nth": 0}),
        json!({"fault": "delayed_answer", "times": 1, "share": 50}),
        json!({"fault": "delayed_answer", "nth": 1, "share": 50}),
        json!({"fault": "delayed_answer", "share": 101}),
        json!({"fault": "delayed_answer", "share": -1}),
        json!({"fault": "delayed_answer", "once": true}),
        json!({"fault": "delayed_answer", "endpoint": "control"}),
        json!({"fault": "delayed_answer", "endpoint": "/control/api/faults"}),
        json!({"fault": "delayed_answer", "parameters": {"second": 1}}),
        json!({"fault": "id_token_wrong_issuer", "endpoint": "userinfo"}),
        json!({"fault": "discovery_issuer_mismatch", "user": "anne"}),
        json!({"fault": "discovery_issuer_mismatch", "client_id": "demo-client"}),
        json!({"fault": "delayed_answer", "endpoint": "discovery", "user": "anne"}),
        json!({"fault": "jwks_old_key_withdrawn", "times": 1}),
        json!({"fault": "jwks_old_key_withdrawn", "client_id": "demo-client"}),
        json!({"fault": "jwks_old_key_withdrawn", "endpoint": "jwks"}),
    ] {
        assert!(check(wrong.clone()).is_err(), "{wrong}");
    }
}
