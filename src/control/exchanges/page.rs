//! `/control/exchanges/{id}`: one exchange for people, above all the refusal that sent them here (`error_uri`, RFC
//! 6749 §4.1.2.1).

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, header};

use super::{Named, address, find, shown, whole};
use crate::{
    api::problem::Problem,
    app::{App, Realm},
    journal::{
        Entry,
        advice::notes,
        curl,
        exchange::{Body, Exchange},
        explanation::{Explanation, Piece},
        recording::Parties,
        redaction::jwt::Jwt,
    },
    model::Refusal,
    text::Language,
    web::{
        page::{Layout, Page},
        page_error::PageError,
        received::Place,
    },
};

#[derive(Template)]
#[template(path = "control/exchange.html")]
struct ExchangePage<'e> {
    layout: Layout,
    exchange: &'e Exchange,
    parties: &'e Parties,
    explanation: Option<Explanation<'e>>,
    ending: Option<&'static str>,
    notes: Vec<String>,
    jwts: Vec<ReadableJwt<'e>>,
    command: String,
    /// The exchanges of the same flow, this one among them.
    steps: Vec<Step>,
}

struct ReadableJwt<'e> {
    found_in: &'e str,
    header: String,
    claims: String,
}

/// Another exchange of the flow.
struct Step {
    href: String,
    line: String,
    status: String,
    refused: bool,
    here: bool,
}

/// The page, or, for who asks for JSON, what `/control/api/exchanges/{id}` says.
pub async fn show(
    State(app): State<App>,
    realm: Realm,
    place: Place,
    language: Language,
    headers: HeaderMap,
    id: Named,
) -> Result<Response, Problem> {
    let found = find(&app, &realm, id).await;
    if !wants_a_page(&headers) {
        return Ok(whole(&app, &realm, &found?).await);
    }
    let layout = Layout { place, language };
    let Ok(entry) = found else {
        return Ok(gone(layout));
    };
    let (all, _) = app.journal.list(realm.id).await;
    let exchange = &entry.exchange;
    let page = ExchangePage {
        layout,
        exchange,
        parties: &entry.parties,
        explanation: exchange.refusal.as_ref().map(Explanation::of),
        ending: shown::ending(exchange.ending),
        notes: notes(&entry, &realm.issuer, &all),
        jwts: readable(exchange),
        command: curl::command(&exchange.request, &realm.issuer),
        steps: steps(&realm, &entry, &all),
    };
    Ok(Page::new(&page).into_response())
}

/// A browser names `text/html`; a program that says nothing, or anything, gets JSON.
fn wants_a_page(headers: &HeaderMap) -> bool {
    let accept = headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let mut kinds = accept
        .flat_map(|value| value.split(','))
        .map(|kind| kind.split(';').next().unwrap_or_default().trim());
    kinds.find(|kind| ["text/html", "application/json"].contains(kind)) == Some("text/html")
}

/// A link may lead to an exchange that is no longer kept.
fn gone(layout: Layout) -> Response {
    let why = "this exchange is not in the journal: it keeps at most the newest 500 of a realm, in memory";
    let refusal = Refusal::new("exchange_gone", why);
    PageError::new(StatusCode::NOT_FOUND, refusal)
        .page(layout)
        .into_response()
}

fn readable(exchange: &Exchange) -> Vec<ReadableJwt<'_>> {
    exchange.jwts.iter().map(ReadableJwt::of).collect()
}

impl<'e> ReadableJwt<'e> {
    fn of(jwt: &'e Jwt) -> Self {
        let (header, claims) = jwt.parsed();
        Self {
            found_in: &jwt.found_in,
            header: format!("{header:#}"),
            claims: format!("{claims:#}"),
        }
    }
}

fn steps(realm: &Realm, here: &Entry, all: &[Entry]) -> Vec<Step> {
    let Some(flow) = here.exchange.flow else {
        return Vec::new();
    };
    let of_flow = all.iter().filter(|entry| entry.exchange.flow == Some(flow));
    of_flow
        .map(|Entry { exchange, .. }| Step {
            href: address(realm, exchange.id),
            line: format!("{} {}", exchange.request.method, exchange.request.path),
            status: exchange
                .status()
                .map_or_else(|| "–".to_owned(), |status| status.to_string()),
            refused: exchange.refusal.is_some(),
            here: exchange.id == here.exchange.id,
        })
        .collect()
}

impl ExchangePage<'_> {
    fn title(&self) -> String {
        match &self.explanation {
            Some(explanation) => explanation.code.to_owned(),
            None => format!("{} {}", self.exchange.request.method, self.exchange.request.path),
        }
    }

    fn request_line(&self) -> String {
        let request = &self.exchange.request;
        let query = request
            .query
            .as_ref()
            .map(|query| format!("?{query}"))
            .unwrap_or_default();
        format!("{} {}{query}", request.method, request.path)
    }

    fn status_line(&self) -> String {
        self.exchange.response.as_ref().map_or_else(String::new, |response| {
            let status = StatusCode::from_u16(response.status).ok();
            let reason = status.and_then(|status| status.canonical_reason()).unwrap_or_default();
            format!("{} {reason}", response.status)
        })
    }

    fn milliseconds(&self) -> String {
        format!("{:.1} ms", self.exchange.duration.as_secs_f64() * 1000.0)
    }

    /// What is said instead of a body, or after the part of it that is kept.
    fn about_body(&self, body: &Body) -> Option<String> {
        if body.truncated {
            return Some(
                self.layout
                    .say_with("exchange-body-cut", "bytes", &body.bytes.to_string()),
            );
        }
        body.left_out.map(|_| {
            self.layout
                .say_with("exchange-body-left-out", "bytes", &body.bytes.to_string())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_gets_the_page_and_everybody_else_json() {
        let wants = |accept: &'static str| {
            wants_a_page(&HeaderMap::from_iter([(
                header::ACCEPT,
                http::HeaderValue::from_static(accept),
            )]))
        };

        assert!(wants("text/html,application/xhtml+xml,*/*;q=0.8"));
        for program in ["*/*", "application/json", "application/json, text/html;q=0.5", ""] {
            assert!(!wants(program), "{program}");
        }
        assert!(!wants_a_page(&HeaderMap::new()));
    }
}
