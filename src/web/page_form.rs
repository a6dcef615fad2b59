//! What a browser sends with a page: its query and its form, read strictly.
//!
//! Text that no page can send (U+0000, broken UTF-8, endless values) is refused here, once, and not handed to the rooms
//! behind.

use std::borrow::Cow;

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
};
use http::{StatusCode, Uri, header};

use crate::{
    model::Refusal,
    web::{page_error::PageError, parameters::read_form},
};

/// The longest value of a field, in bytes.
const LONGEST: usize = 4096;

/// The parameters in the address of a page.
#[derive(Debug)]
pub struct PageQuery(Vec<(String, String)>);

/// The fields of a form that was posted.
#[derive(Debug)]
pub struct PageForm(Vec<(String, String)>);

impl PageQuery {
    /// # Errors
    /// When the address contains text that no page of ours puts there.
    pub fn read(address: &Uri) -> Result<Self, PageError> {
        read(address.query().unwrap_or_default().as_bytes()).map(Self)
    }

    /// The value of a parameter; `None` when it is absent or empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        first(&self.0, name)
    }
}

impl PageForm {
    /// The value of a field; `None` when it is absent or empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        first(&self.0, name)
    }
}

fn first<'p>(pairs: &'p [(String, String)], name: &str) -> Option<&'p str> {
    pairs
        .iter()
        .find(|(known, _)| known == name)
        .map(|(_, value)| value.as_str())
        .filter(|value| !value.is_empty())
}

impl<S: Send + Sync> FromRequest<S> for PageForm {
    type Rejection = PageError;

    async fn from_request(request: Request, state: &S) -> Result<Self, PageError> {
        let content_type = request.headers().get(header::CONTENT_TYPE);
        let content_type = content_type.map_or(Cow::Borrowed(""), |value| String::from_utf8_lossy(value.as_bytes()));
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            let refusal = Refusal::new("invalid_request", "the body is not a form")
                .kind("body.type")
                .compare("application/x-www-form-urlencoded", essence);
            return Err(PageError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, refusal));
        }
        let body = Bytes::from_request(request, state).await.map_err(|rejection| {
            let refusal = Refusal::new("invalid_request", rejection.body_text());
            PageError::new(rejection.status(), refusal)
        })?;
        read(&body).map(Self)
    }
}

fn read(form: &[u8]) -> Result<Vec<(String, String)>, PageError> {
    let refuse = |description: String| {
        PageError::bad_request(Refusal::new("invalid_request", description).kind("parameter.unreadable"))
    };
    let pairs = read_form(form).map_err(|error| refuse(error.to_string()))?;
    for (name, value) in &pairs {
        if name.contains('\0') || value.contains('\0') {
            return Err(refuse("a parameter contains U+0000".to_owned()));
        }
        if name.len() > LONGEST || value.len() > LONGEST {
            return Err(refuse(format!("a parameter is longer than {LONGEST} bytes")));
        }
    }
    Ok(pairs)
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    async fn form(content_type: &str, body: &str) -> Result<PageForm, PageError> {
        let request = Request::post("/")
            .header("content-type", content_type)
            .body(Body::from(body.to_owned()));
        PageForm::from_request(request.expect("a request"), &()).await
    }

    #[tokio::test]
    async fn an_empty_field_counts_as_absent() {
        let form = form(
            "application/x-www-form-urlencoded; charset=UTF-8",
            "username=&password=a+b",
        )
        .await;
        let form = form.expect("a form");

        assert_eq!(form.get("username"), None);
        assert_eq!(form.get("password"), Some("a b"));
    }

    #[tokio::test]
    async fn what_no_page_of_ours_can_send_is_refused() {
        let long = format!("username={}", "x".repeat(LONGEST + 1));
        for body in ["username=a%00", "%00=1", "username=%ff", "username=%", long.as_str()] {
            let refused = form("application/x-www-form-urlencoded", body).await;

            let error = refused.expect_err(body);
            assert_eq!(error.status, StatusCode::BAD_REQUEST, "{body}");
        }
    }

    #[tokio::test]
    async fn what_is_not_a_form_is_refused() {
        for content_type in ["", "application/json", "multipart/form-data; boundary=x", "text/plain"] {
            let refused = form(content_type, "username=anne").await;

            let error = refused.expect_err(content_type);
            assert_eq!(error.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{content_type}");
        }
    }
}
