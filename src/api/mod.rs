//! What every JSON API of this server is made from: the control API and the portals alike. It knows no realm and no portal.
//!
//! | file | what |
//! | --- | --- |
//! | [`operation`] | one method at one path, with its handler and its documentation |
//! | [`openapi`] | the OpenAPI 3.1 document of a table of operations |
//! | [`schema`] | JSON Schemas, derived from structures or written in a few words |
//! | [`input`] | queries and bodies, read strictly |
//! | [`parameters`] | the same for handlers of axum, as the control API has them |
//! | [`dates`] | dates and times as requests write them |
//! | [`refused`] | refusals and failures, in the wire form of an API |
//! | [`problem`] | the form of the control API: problem details (RFC 9457) |
//! | [`waiting`] | `wait=` |
//! | [`swagger_ui`] | a page that shows a document |
//!
//! # How an API is made
//!
//! Four things of its own:
//!
//! 1. **Who may call** (`access.rs`): a type for [`Operation::access`](operation::Operation::access).
//! 2. **What a handler gets** (`call.rs`): a `Call` with the caller, the time and the input. It is made before the handler
//!    runs; `call.rs` identifies the caller and knows no handler.
//! 3. **The table** (`calls.rs`), above the handlers. A handler stands in its row:
//!
//!    ```ignore
//!    pub type Handler = for<'a> fn(&'a Call) -> BoxFuture<'a, Result<Reply>>;
//!
//!    pub static CALLS: &[Operation<Handler, Access>] = &[Operation {
//!        method: Method::GET,
//!        path: "/patients/{code}",
//!        id: "showPatient",
//!        tag: "Patients",
//!        summary: "One patient",
//!        access: Access::Keys,
//!        query: &[Parameter::optional("fields", schema::text, "Only these members, separated by commas.")],
//!        body: Body::Nothing,
//!        answer: Answer::json(schema::of_answer::<Patient>),
//!        refusals: &[(404, "There is no such patient.")],
//!        handler: |call| Box::pin(patients::show(call)),
//!    }];
//!    ```
//!
//!    Routing, checks and documentation read the table. A test holds `checks::flaws` of it to be empty.
//! 4. **The form of its errors** (`error.rs`): a type that implements [`refused::ErrorForm`], and
//!    `pub type Error = refused::ApiError<Form>`. `From<InputError>` and `From<FieldError>` for it say how unreadable input
//!    is worded, so that `?` is all a handler needs.
//!
//! The document is [`openapi::Document::write`] over the table, with [`openapi::Conventions`] for what can happen to every
//! request. Input is read with [`input::Input`] (or [`input::Query`], where brackets in names mean nothing), and a handler
//! gets [`input::Reader`]s of it, which in tests refuse to read what the row does not document.

pub mod dates;
pub mod input;
pub mod openapi;
pub mod operation;
pub mod parameters;
pub mod problem;
pub mod refused;
pub mod schema;
pub mod swagger_ui;
pub mod waiting;

#[cfg(test)]
pub mod checks;
#[cfg(test)]
mod tests;
