//! HTTP plumbing that knows neither the database nor who asks.

pub mod assets;
pub mod bearer;
pub mod cors;
pub mod csrf;
pub mod endpoint;
pub mod form_post;
pub mod json_object;
pub mod language;
pub mod media_type;
pub mod monogram;
pub mod nested_form;
pub mod page;
pub mod page_error;
pub mod page_form;
pub mod parameters;
pub mod paths;
pub mod received;
pub mod refusal_log;
pub mod session_cookie;
pub mod unavailable;
