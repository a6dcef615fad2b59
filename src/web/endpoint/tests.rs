//! The table of endpoints is consistent, and its rows are found.

use super::*;

fn table() -> EndpointTable {
    EndpointTable::new([])
}

#[test]
fn faults_never_apply_to_the_control_api_and_the_probes() {
    for path in [
        "/control/api/faults",
        "/control",
        "/healthz",
        "/readyz",
        "/assets/x",
        "/",
    ] {
        assert_eq!(table().find(path).fault_group, None, "{path}");
    }
}

#[test]
fn a_path_belongs_to_its_endpoint_and_to_no_other() {
    assert!(table().find("/oauth/authorize/continue").is(&AUTHORIZE));
    assert_eq!(table().find("/oauth/authorize/continue").name, "continue");
    assert!(!table().find("/oauth/tokens").is(&TOKEN));
    assert_eq!(table().find("/controller").name, "");
    for page in ["/login", "/consent", "/account/consents", "/logout"] {
        assert!(table().find(page).is(&LOGIN), "{page}");
    }
}

#[test]
fn only_what_says_something_about_a_realm_is_recorded() {
    for (path, recorded) in [
        ("/oauth/token", true),
        ("/", true),
        ("/video/x", true),
        ("/control", false),
        ("/control/api/clock", false),
        ("/assets/anteroom.css", false),
        ("/healthz", false),
    ] {
        assert_eq!(table().find(path).recorded, recorded, "{path}");
    }
}

#[test]
fn a_selection_lists_each_group_once_in_the_order_of_the_table() {
    let groups = |selection| table().fault_groups(selection);

    assert_eq!(
        groups(Selection::All),
        [
            "discovery",
            "webfinger",
            "jwks",
            "authorize",
            "pages",
            "token",
            "revoke",
            "introspect",
            "userinfo"
        ]
    );
    assert_eq!(
        groups(Selection::Machines),
        [
            "discovery",
            "webfinger",
            "jwks",
            "token",
            "revoke",
            "introspect",
            "userinfo"
        ]
    );
    assert_eq!(groups(Selection::ResourcesAnd(&TOKEN)), ["token", "userinfo"]);
    const KEYS: Selection = Selection::These(&[&JWKS, &DISCOVERY]);
    assert_eq!(groups(KEYS), ["discovery", "jwks"]);
    assert!(groups(Selection::Portals).is_empty());
}
