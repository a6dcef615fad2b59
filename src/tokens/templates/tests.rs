//! What templates yield, and which are refused.

use serde_json::json;

use super::*;

fn context() -> minijinja::Value {
    minijinja::Value::from(minijinja::value::Serde(json!({
        "user": {"username": "anne", "claims": {"email": "a@example.com", "roles": ["a", "b"], "age": 41}},
        "scopes": ["openid", "email"],
        "long": "x".repeat(LONGEST - 1),
    })))
}

fn evaluate(value: Value) -> Result<Value, TemplateError> {
    super::evaluate(&value, &context())
}

/// Templates that nest as deep as they are long, one of each kind.
fn nested(depth: usize) -> Vec<String> {
    let around = |before: &str, inner: &str, after: &str| {
        format!("{{{{ {}{inner}{} }}}}", before.repeat(depth), after.repeat(depth))
    };
    let mut kinds: Vec<_> = [
        "-", "not ", "+", "1 - ", "1 + ", "1 ~ ", "1 / ", "1 < ", "1 == ", "1 and ", "1 or ", "1 in ",
    ]
    .map(|operator| around(operator, "1", ""))
    .into();
    kinds.extend(["1 if 1 else ", "1 if ", "a and not "].map(|operator| around(operator, "1", "")));
    kinds.extend(
        [
            ("(", ")"),
            ("[", "]"),
            ("a(", ")"),
            ("a[", "]"),
            ("{'a': ", "}"),
            ("{", ": 1}"),
            ("1 | default(", ")"),
        ]
        .map(|(before, after)| around(before, "1", after)),
    );
    kinds.extend(
        [
            ".a",
            "[0]",
            "()",
            " | lower",
            " is defined",
            " is not defined",
            " if 1",
            " else 1",
        ]
        .map(|after| around("", "a", after)),
    );
    kinds.push(format!("{}{}", "{% if a %}".repeat(depth), "{% endif %}".repeat(depth)));
    kinds.push(format!("{{% if a %}}{}{{% endif %}}", "{% elif a %}".repeat(depth)));
    kinds.push(format!(
        "{}{}",
        "{% for b in a %}".repeat(depth),
        "{% endfor %}".repeat(depth)
    ));
    kinds
}

/// Tokio's workers have 2 MiB, of which a handler's own frames take some.
fn on_a_small_stack(work: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(1024 * 1024).spawn(work);
    thread.unwrap().join().unwrap();
}

#[test]
fn deep_nesting_of_any_kind_is_refused_before_it_is_compiled() {
    on_a_small_stack(|| {
        for depth in [DEEPEST + 1, 1000, LONGEST / 3] {
            for template in nested(depth) {
                let claims = Map::from_iter([("a".to_owned(), json!(template))]);
                assert!(check(&claims).is_err(), "{depth} × {:.40}", template);
                assert!(evaluate(json!(template)).is_err(), "{depth} × {:.40}", template);
            }
        }
    });
}

#[test]
fn deep_nesting_after_the_last_closing_brace_is_refused_before_it_is_compiled() {
    on_a_small_stack(|| {
        for opening in [
            "{{ a }}{{",
            "{{ a }}{% if",
            "{{ {} -",
            "{{ '}}' -",
            "{% if '%}' -",
            "{# } #}{{",
        ] {
            for operator in ["-", "not ", "(", "[", "1 - ", "1 if "] {
                let unclosed = operator.repeat(LONGEST / 2 / operator.len());
                let template = format!("{opening} {unclosed}");
                let claims = Map::from_iter([("a".to_owned(), json!(template))]);
                assert!(check(&claims).is_err(), "{opening} {operator}");
                assert!(evaluate(json!(template)).is_err(), "{opening} {operator}");
            }
        }
    });
}

#[test]
fn nesting_as_deep_as_is_allowed_does_not_overflow_a_small_stack() {
    on_a_small_stack(|| {
        for depth in 1..=DEEPEST {
            for template in nested(depth) {
                let _ = check(&Map::from_iter([("a".to_owned(), json!(template))]));
                let _ = evaluate(json!(template));
            }
        }
    });
}

#[test]
fn a_lone_expression_keeps_its_type_and_a_text_with_one_is_text() {
    for (template, expected) in [
        (json!("{{ user.claims.roles }}"), json!(["a", "b"])),
        (json!(" {{user.claims.age + 1}} "), json!(42)),
        (json!("{{ 'openid' in scopes }}"), json!(true)),
        (json!("user {{ user.username | upper }}!"), json!("user ANNE!")),
        (json!("{{ user.username }}-{{ user.claims.age }}"), json!("anne-41")),
        (
            json!("{% for scope in scopes %}{{ scope }};{% endfor %}"),
            json!("openid;email;"),
        ),
        (
            json!({"deep": ["{{ user.username }}", 1, "plain"]}),
            json!({"deep": ["anne", 1, "plain"]}),
        ),
        (json!("{{ user.claims.phone | default('none') }}"), json!("none")),
        (json!("{{ user.claims.roles | join(', ') }}"), json!("a, b")),
        (
            json!("{% if user.claims.phone is defined %}yes{% else %}no{% endif %}"),
            json!("no"),
        ),
        (
            json!("{%- for name, value in user.claims | items -%}{{ name }} {% endfor %}"),
            json!("age email roles "), // minijinja orders members by name
        ),
    ] {
        assert_eq!(evaluate(template.clone()).unwrap(), expected, "{template}");
    }
}

#[test]
fn what_is_not_there_is_missing_and_no_empty_text() {
    for template in [
        "{{ user.claims.phone }}",
        "tel:{{ user.claims.phone }}",
        "{{ user.claims.address.locality }}",
        "{{ nothing }}",
    ] {
        assert!(
            matches!(evaluate(json!(template)), Err(TemplateError::Missing)),
            "{template}"
        );
    }
}

#[test]
fn a_template_that_never_ends_or_grows_without_bounds_is_broken() {
    for template in [
        "{% for a in range(10000) %}{% for b in range(10000) %}{{ b }}{% endfor %}{% endfor %}",
        "{{ 'x' * 100000000000 }}",
        "{{ 'x' * 20000 }}",
        "{{ ['x'] * 20000 }}",
        "{{ 'x' | indent(99999999999999) }}",
        "{{ 'x' | replace('', user.username) }}",
        "{{ '%99999999999d' | format(1) }}",
        "{{ [user.claims.roles] | upper }}",
        "{{ user.claims.roles | join(long) }}",
        "{{ [long, long] }}",
        "{{ long }}{{ long }}",
        "{{ range(9999) }}",
        "{% set a = 'x' %}{% set a = a ~ a %}{{ a }}",
        "{% set a %}x{% endset %}{{ a }}",
        "{% with a = [scopes, scopes] %}{{ a }}{% endwith %}",
        "{% for a in [[scopes, scopes]] %}{{ a }}{% endfor %}",
        "{% for a in scopes recursive %}{{ loop([scopes, scopes]) }}{% endfor %}",
        "{% for a in '%}' ~ scopes %}{{ a }}{% endfor %}",
        "{%- filter upper %}x{% endfilter %}",
        "{{ 1 // 0 }}",
        "{{ user.username.nothing() }}",
    ] {
        assert!(
            matches!(evaluate(json!(template)), Err(TemplateError::Broken(_))),
            "{template}"
        );
    }
}

#[test]
fn what_cannot_be_read_is_refused_before_it_is_used() {
    for wrong in [
        json!({"a": "{{ user. }}"}),
        json!({"a": {"b": ["{% if %}"]}}),
        json!({"a": "{% for x in y %}"}),
        json!({"a": "{% include '/etc/passwd' %}"}),
        json!({"a": "{% import 'x' as y %}"}),
        json!({"a": "{{ user | nosuchfilter"}),
        json!({"a": "x".repeat(LONGEST)}),
    ] {
        let Value::Object(claims) = &wrong else { continue };
        assert!(check(claims).is_err(), "{wrong:.80}");
    }
    let fine = json!({"a": "{{ user.claims.email }}", "b": "{ no template }", "c": 1});
    check(fine.as_object().unwrap()).unwrap();
}
