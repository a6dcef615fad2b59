//! The nouns, and what is true of them. No SQL, no HTTP.

mod authorization_code;
mod authorization_request;
mod client;
mod consent;
mod grant;
mod grant_type;
mod identifiers;
mod letter;
mod pkce;
mod policy;
mod prompt;
mod realm;
mod redirect_uri;
mod refusal;
mod response_mode;
mod scope;
mod secret;
mod session;
mod token;
mod user;

pub use authorization_code::AuthorizationCode;
pub use authorization_request::{AuthorizationRequest, Decision, PendingRequest};
pub use client::{Client, ClientMetadata, StoredSecret, TokenEndpointAuthMethod};
pub use consent::Consent;
pub use grant::Grant;
pub use grant_type::GrantType;
pub use identifiers::{ClientId, GrantId, RealmId, RealmName, SessionId, UserId};
pub use letter::{Channel, Letter};
pub use pkce::{CodeChallenge, CodeChallengeMethod};
pub use policy::{
    ErrorTexts, Lifetimes, Pkce, Policy, Preset, RefreshRotation, RevocationReach, SigningAlgorithm, SubjectType,
};
pub use prompt::Prompt;
pub use realm::RealmSettings;
pub use redirect_uri::{redirect_uri_problem, redirect_uris_match};
pub use refusal::Refusal;
pub use response_mode::ResponseMode;
pub use scope::{Scopes, ScopesError};
pub use secret::Secret;
pub use session::{Session, SignedIn};
pub use token::{AccessToken, IssuedAccessToken, RefreshToken, Successor};
pub use user::{Claims, User};
