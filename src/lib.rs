//! Anteroom: an OAuth 2.0 / OpenID Connect authorization server for the laptop, with emulated patient
//! portals behind it.
//!
//! # The floor plan
//!
//! A module imports only from the lines below its own. `docs/ARCHITECTURE.md` says more.
//!
//! ```text
//! main, cli                                 the command line
//! server                                    joins routers, listens, runs what happens in the background
//! control                                   the control API: everything a tester can change or look at
//! realms                                    realms from seeds, copies and snapshots
//! oauth      login      portals             for programs, for people, resource servers
//! app                                       App and Realm: the values every handler receives
//! api                                       operations, their OpenAPI documents, reading input, errors
//! tokens     outbox                         issuing and verifying tokens; messages and webhooks
//! keys       passwords  schedule  fetch     signing keys; Argon2; opening hours; requests to others
//! journal    sessions   faults              recorded requests; browser sessions; armed faults
//! store      web        config              SQL; HTTP; settings
//! model                                     nouns, and the rules that need nothing else
//! clock      random     text  fair_permits  time, random numbers, translations, bounded pools
//! ```

pub mod api;
pub mod app;
pub mod cli;
pub mod clock;
pub mod config;
pub mod control;
pub mod fair_permits;
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
