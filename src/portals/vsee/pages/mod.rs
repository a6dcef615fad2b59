//! The portal's pages, below each mount (documented in the use cases). Programs read what they need from the `data-`
//! attributes of `main`'s first element.
//!
//! | path | file |
//! | --- | --- |
//! | `GET /auth` | `auth.rs`, `next.rs` |
//! | `GET, POST /u/{slug}` | `waiting_room.rs` |
//! | `GET, POST /visits/start/{id}` | `video.rs` |
//! | `GET /visits/join/{code}` | `join.rs` |
//! | `GET, POST /members/appointment/{id}` | `appointment.rs` |
//! | `GET, POST /providers/dashboard` | `dashboard.rs` |
//!
//! `browser.rs` finds out who is signed in. Posts have the same protection against CSRF as those of the sign-in pages.

mod appointment;
mod auth;
mod browser;
mod dashboard;
mod join;
mod next;
mod scheduling;
mod video;
mod views;
mod waiting_room;

use axum::{
    Extension, Router,
    extract::{DefaultBodyLimit, Path, rejection::PathRejection},
    middleware,
    routing::get,
};
use http::StatusCode;

use crate::{
    api::dates::read_digits,
    app::{App, run_to_completion},
    model::Refusal,
    portals::vsee::links,
    web::{
        self,
        csrf::{self, KnownHosts},
        page_error::PageError,
    },
};

/// The part of an address between `/vsee` and a path of the portal: nothing, or a channel.
#[derive(Clone, Copy, Debug)]
pub struct Mount(pub &'static str);

/// Where the portal is mounted; the API stands below each.
pub const MOUNTS: [Mount; 3] = [Mount(""), Mount("/vc/next"), Mount("/vc/stable")];

/// The largest form, in bytes.
const LARGEST_FORM: usize = 16 * 1024;

/// The pages below all mounts.
pub fn routes(app: &App, known_hosts: KnownHosts) -> Router<App> {
    let mut pages = Router::new();
    for mount in MOUNTS {
        let at = |path: &str| format!("{}{}{path}", web::paths::VSEE, mount.0);
        let below = Router::new()
            .route(&at(links::AUTH), get(auth::enter))
            .route(
                &at(links::WAITING_ROOM),
                get(waiting_room::show).post(waiting_room::act),
            )
            .route(&at(links::START), get(video::show).post(video::act))
            .route(&at(links::JOIN), get(join::show))
            .route(&at(links::APPOINTMENT), get(appointment::show).post(appointment::start))
            .route(&at(links::DASHBOARD), get(dashboard::show).post(dashboard::act))
            .method_not_allowed_fallback(async || wrong_method())
            .layer(Extension(mount));
        pages = pages.merge(below);
    }
    let pages = pages
        .layer(middleware::from_fn_with_state(app.clone(), run_to_completion))
        .layer(DefaultBodyLimit::max(LARGEST_FORM));
    csrf::only_our_pages(pages, known_hosts)
}

fn wrong_method() -> PageError {
    let refusal = Refusal::new("method_not_allowed", "pages accept only GET and POST");
    PageError::new(StatusCode::METHOD_NOT_ALLOWED, refusal)
}

/// The value of the placeholder in a page's path; an error where it is not UTF-8.
type Placeholder = Result<Path<String>, PathRejection>;

/// # Errors
/// 404 where it is not UTF-8, longer than 255 bytes, or contains U+0000.
fn text(placeholder: Placeholder) -> Result<String, PageError> {
    let Path(text) = placeholder.map_err(|_| PageError::not_found())?;
    PageError::not_found().when(text.len() > 255 || text.contains('\0'))?;
    Ok(text)
}

/// # Errors
/// 404 where it is not a number.
fn number(placeholder: Placeholder) -> Result<i64, PageError> {
    read_digits(&text(placeholder)?).ok_or_else(PageError::not_found)
}

/// 400: a form without a known decision.
fn unknown_answer(expected: &str) -> PageError {
    let refusal = Refusal::new("invalid_request", "the form contains no decision that this page knows");
    PageError::bad_request(refusal.compare(expected, "none of them"))
}
