//! The widget: a script for customers' pages, the page in its frame, the one for apps, and a demo.
//!
//! How the real widget talks to its server is not documented; this one is the emulator's own. It accepts a valid key
//! and token, and says what is wrong with any other. Any site may show the frame, as customers' sites do: it shows only
//! what its key and token give access to.

mod demo;
mod frame;
mod join;
mod native;
mod refused;
mod registration;
mod script;
mod visitor;

use askama::{Template, filters::Safe};
use axum::{
    Router, middleware,
    routing::{get, post},
};

use super::model::Patient;
use crate::{
    app::{App, run_to_completion},
    web::{
        csrf::{self, KnownHosts},
        page::{Layout, Marked, Page},
        paths,
    },
};

/// The pages and scripts.
pub fn routes(app: &App, known_hosts: KnownHosts) -> Router<App> {
    let at = |path: &str| format!("{}{path}", paths::MEDIQUO);
    // It mints tokens for anybody: a website whose own name points to this machine must not read it.
    let demo = get(demo::demo).layer(middleware::from_fn_with_state(known_hosts, csrf::only_known_hosts_read));
    let register = post(registration::register);
    let register = register.route_layer(middleware::from_fn_with_state(app.clone(), run_to_completion));
    Router::new()
        .route(&at("/widget/frame"), get(frame::frame))
        .route(&at("/widget/session"), register)
        .route(&at("/integration/native.html"), get(native::native))
        .route(&at("/js/1.0.0/{file}"), get(script::script))
        .route(&at("/join/{token}"), get(join::join))
        .route(&at("/demo"), demo)
}

fn framed(page: &impl Template) -> Page {
    Page::new(page).runs_our_script().talks_to_us().may_be_framed()
}

/// The sentence that names the patient the widget is shown for.
fn signed_in_as(layout: &Layout, patient: &Patient) -> Safe<String> {
    let (name, code) = (patient.name(), patient.code.as_str());
    let words = [("name", Marked::Name(&name)), ("code", Marked::Name(code))];
    layout.emphasise("mediquo-widget-patient", &words)
}
