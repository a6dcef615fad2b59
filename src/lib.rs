//! Anteroom: an OAuth 2.0 / OpenID Connect authorization server for the laptop, with emulated patient
//! portals behind it.
//!
//! # The house
//!
//! An import only ever goes down the stairs, never sideways on a floor.
//!
//! ```text
//!  entrance      main → cli                              the command line
//!                server                                  joins routers and layers, TLS, listens, shuts down
//!  control API   control                                 everything a tester may change or look at
//!  realms        realms                                  realms made from seeds, copies and snapshots
//!  front doors   oauth      login      portals           machines   people   resource servers
//!  ------------  app                                     App and Realm: the values every handler receives
//!                api                                     operations, their documents, input and errors
//!  workshop      tokens  outbox                          mint and verify, messages and webhooks
//!                keys  passwords  schedule  fetch        signing keys, Argon2, opening hours, calling others
//!                journal                                 what was asked, answered and refused, without its secrets
//!                sessions  faults                        who is at the browser, armed misbehaviour
//!  cellar        store      web        config            SQL        HTTP plumbing   settings
//!                model                                   nouns and what is true of them
//!  ground        clock      random     text              time, chance, translations
//! ```

pub mod api;
pub mod app;
pub mod cli;
pub mod clock;
pub mod config;
pub mod control;
pub mod faults;
pub mod fetch;
pub mod journal;
pub mod keys;
pub mod login;
pub mod model;
pub mod oauth;
pub mod outbox;
pub mod passwords;
pub mod portals;
pub mod random;
pub mod realms;
pub mod schedule;
pub mod server;
pub mod sessions;
pub mod store;
pub mod text;
pub mod tokens;
pub mod web;
