//! `multipart/form-data` (RFC 7578): fields as a form has them, and files.

use axum::{
    body::Body,
    extract::{FromRequest, Multipart, Request, multipart::MultipartError},
};
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use serde_json::{Map, Value};

use super::{
    File,
    error::{InputError, Part},
};
use crate::web::nested_form;

/// Files in one request.
const MOST_FILES: usize = 10;

/// The fields and the files of a body.
pub async fn read(content_type: &str, body: Bytes) -> Result<(Map<String, Value>, Vec<File>), InputError> {
    let broken = |error: MultipartError| InputError::unreadable(Part::Body, error.body_text());
    let request = Request::builder()
        .header(CONTENT_TYPE, content_type)
        .body(Body::from(body));
    let request = request.map_err(|error| InputError::unreadable(Part::Body, error))?;
    let parts = Multipart::from_request(request, &()).await;
    let mut parts = parts.map_err(|rejection| InputError::unreadable(Part::Body, rejection.body_text()))?;
    let (mut members, mut files) = (Map::new(), Vec::new());
    while let Some(part) = parts.next_field().await.map_err(broken)? {
        let name = part.name().unwrap_or_default().to_owned();
        let Some(file_name) = part.file_name().map(str::to_owned) else {
            let text = part.text().await.map_err(broken)?;
            nested_form::insert(&mut members, name, text.into())
                .map_err(|error| InputError::of_form(Part::Body, error))?;
            continue;
        };
        let media_type = part.content_type().unwrap_or_default().to_owned();
        let content = part.bytes().await.map_err(broken)?;
        if file_name.is_empty() && content.is_empty() {
            continue; // a browser sends a file field that nothing was chosen for like this
        }
        if files.len() == MOST_FILES {
            return Err(InputError::unreadable(
                Part::Body,
                format!("more than {MOST_FILES} files"),
            ));
        }
        files.push(File {
            name: file_name,
            media_type,
            content,
        });
    }
    Ok((members, files))
}
