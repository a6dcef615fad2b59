//! The types of the domain and their rules. No SQL, no HTTP.

mod authorization_code;
mod authorization_request;
mod behaviour;
mod claim_rule;
mod client;
mod consent;
mod delivery;
mod event;
mod fault;
mod grant;
mod grant_type;
mod identifiers;
mod outbox_message;
mod pkce;
mod policy;
mod prompt;
mod realm;
mod redirect_uri;
mod refusal;
mod resources;
mod response_mode;
mod scope;
mod secret;
mod session;
mod setup;
mod signing_algorithm;
mod suggestion;
mod token;
mod user;
mod user_behaviour;
mod webhook;

pub use authorization_code::AuthorizationCode;
pub use authorization_request::{AuthorizationRequest, Decision, PendingRequest};
pub use behaviour::Behaviour;
pub use claim_rule::{ClaimPlace, ClaimRule, PROTOCOL_CLAIMS};
pub use client::{AccessTokenFormat, Client, ClientMetadata, IdTokenClaims, StoredSecret, TokenEndpointAuthMethod};
pub use consent::Consent;
pub use delivery::{Attempt, Delivery, DeliveryKind, DeliveryState, Pauses, remembered};
pub use event::Event;
pub use fault::{AuthorizationResponse, FaultMark, FaultMarks, IdTokenDraft, Members, Signature};
pub use grant::Grant;
pub use grant_type::GrantType;
pub use identifiers::{ClientId, GrantId, RealmId, RealmName, SessionId, UserId};
pub use outbox_message::{Channel, OutboxMessage};
pub use pkce::{CodeChallenge, CodeChallengeMethod};
pub use policy::{
    BasicEncoding, ErrorTexts, Lifetimes, ListShape, MediquoPolicy, MessageEvent, PatientUpdate, Pkce, Policy, Preset,
    RefreshRotation, RepeatedCodes, ResourceIndicators, RevocationReach, SubjectType, VseePolicy, VseeSecret,
};
pub use prompt::Prompt;
pub use realm::RealmSettings;
pub use redirect_uri::{redirect_uri_problem, redirect_uris_match};
pub use refusal::{Refusal, refuse_when};
pub use resources::{Resources, resource_problem};
pub use response_mode::ResponseMode;
pub use scope::{Descriptions, SCOPES_OF_USERS, Scope, Scopes, ScopesError};
pub use secret::Secret;
pub use session::{Session, SignedIn};
pub use setup::{Setup, StoredKey};
pub use signing_algorithm::{SigningAlgorithm, UnknownAlgorithm};
pub use suggestion::suggestion;
pub use token::{AccessToken, IssuedAccessToken, RefreshToken, Successor};
pub use user::{Claims, User};
pub use user_behaviour::{Aftermath, Barred};
pub use webhook::{ShownHeaders, UrlSource, WebhookHeader, WrittenWebhook};
