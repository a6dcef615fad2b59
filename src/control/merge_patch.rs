//! Changes that name only what is to be different (RFC 7396).

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

/// For `Option<Option<T>>`: a member that is there, be it `null`. Beside it stands `#[serde(default)]` for one that is not.
pub fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// JSON merge patch (RFC 7396): members of `patch` replace those of `into`, `null` takes one away.
pub fn merge_patch(into: &mut Map<String, Value>, patch: Map<String, Value>) {
    for (name, value) in patch {
        match (into.get_mut(&name), value) {
            (_, Value::Null) => {
                into.shift_remove(&name);
            }
            (Some(Value::Object(members)), Value::Object(patch)) => merge_patch(members, patch),
            (_, Value::Object(patch)) => {
                let mut members = Map::new();
                merge_patch(&mut members, patch); // nulls in it say nothing
                into.insert(name, Value::Object(members));
            }
            (_, value) => {
                into.insert(name, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The example of RFC 7396 appendix A, as far as both are objects.
    #[test]
    fn the_examples_of_rfc_7396_match() {
        for (before, patch, after) in [
            (json!({"a": "b"}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "b"}), json!({"b": "c"}), json!({"a": "b", "b": "c"})),
            (json!({"a": "b"}), json!({"a": null}), json!({})),
            (json!({"a": "b", "b": "c"}), json!({"a": null}), json!({"b": "c"})),
            (json!({"a": ["b"]}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "c"}), json!({"a": ["b"]}), json!({"a": ["b"]})),
            (
                json!({"a": {"b": "c"}}),
                json!({"a": {"b": "d", "c": null}}),
                json!({"a": {"b": "d"}}),
            ),
            (json!({"a": [{"b": "c"}]}), json!({"a": [1]}), json!({"a": [1]})),
            (json!({"e": null}), json!({"a": 1}), json!({"e": null, "a": 1})),
            (json!({}), json!({"a": {"bb": {"ccc": null}}}), json!({"a": {"bb": {}}})),
        ] {
            let (Value::Object(mut into), Value::Object(patch)) = (before.clone(), patch.clone()) else {
                panic!("objects")
            };
            merge_patch(&mut into, patch);
            assert_eq!(Value::Object(into), after, "{before}");
        }
    }
}
