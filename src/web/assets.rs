//! The stylesheet, the script and the icon of our pages, embedded in the binary.
//!
//! Each lives at `/assets/<hash>/<name>`, where the hash is of its content: a browser may keep it for ever, and a new
//! version has a new address. They are the server's and not a realm's, so their paths have no realm in them.

use std::sync::LazyLock;

use aws_lc_rs::digest;
use axum::{
    Router,
    extract::Path,
    response::{IntoResponse, Response},
    routing::get,
};
use http::{StatusCode, header};

use crate::web::paths::ASSETS;

/// A file that our pages refer to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asset {
    Stylesheet,
    /// Submits the one form of the page it is on (OAuth 2.0 Form Post Response Mode §2).
    SubmitScript,
    /// Lets the forms of the page be sent once.
    OnceScript,
    Icon,
}

impl Asset {
    const ALL: [Asset; 4] = [Asset::Stylesheet, Asset::SubmitScript, Asset::OnceScript, Asset::Icon];

    /// The absolute path the file is served at: `/assets/<hash>/<name>`.
    pub fn path(self) -> &'static str {
        &PATHS[self as usize]
    }

    fn name(self) -> &'static str {
        match self {
            Asset::Stylesheet => "style.css",
            Asset::SubmitScript => "submit.js",
            Asset::OnceScript => "once.js",
            Asset::Icon => "icon.svg",
        }
    }

    fn content(self) -> &'static str {
        match self {
            Asset::Stylesheet => include_str!("../../templates/style.css"),
            Asset::SubmitScript => include_str!("../../templates/submit.js"),
            Asset::OnceScript => include_str!("../../templates/once.js"),
            Asset::Icon => include_str!("../../templates/icon.svg"),
        }
    }

    fn media_type(self) -> &'static str {
        match self {
            Asset::Stylesheet => "text/css; charset=utf-8",
            Asset::SubmitScript | Asset::OnceScript => "text/javascript; charset=utf-8",
            Asset::Icon => "image/svg+xml",
        }
    }
}

static PATHS: LazyLock<[String; 4]> = LazyLock::new(|| {
    Asset::ALL.map(|asset| {
        let hash = digest::digest(&digest::SHA256, asset.content().as_bytes());
        let short: String = hash.as_ref()[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{ASSETS}/{short}/{}", asset.name())
    })
});

/// `GET /assets/{hash}/{name}`.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route(&format!("{ASSETS}/{{hash}}/{{name}}"), get(serve))
}

async fn serve(Path((hash, name)): Path<(String, String)>) -> Response {
    let asked = format!("{ASSETS}/{hash}/{name}");
    let Some(asset) = Asset::ALL.into_iter().find(|asset| asset.path() == asked) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, asset.media_type()),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, asset.content()).into_response()
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use http::Request;
    use tower::ServiceExt;

    use super::*;

    async fn get(path: &str) -> Response {
        let request = Request::get(path).body(Body::empty()).expect("the path is a path");
        router::<()>().oneshot(request).await.expect("a router always answers")
    }

    #[tokio::test]
    async fn every_asset_is_served_where_its_path_says_and_may_be_kept() {
        for asset in Asset::ALL {
            let response = get(asset.path()).await;

            assert_eq!(response.status(), StatusCode::OK);
            assert_eq!(response.headers()["content-type"], asset.media_type());
            let keep = response.headers()["cache-control"].to_str();
            assert!(keep.is_ok_and(|keep| keep.contains("immutable")));
        }
    }

    #[tokio::test]
    async fn another_hash_or_name_is_not_found() {
        let (folder, _) = Asset::Icon.path().rsplit_once('/').expect("a path");

        let other_hash = get("/assets/0000000000000000/style.css").await;
        let other_name = get(&format!("{folder}/style.css")).await;

        assert_eq!(other_hash.status(), StatusCode::NOT_FOUND);
        assert_eq!(other_name.status(), StatusCode::NOT_FOUND);
    }
}
