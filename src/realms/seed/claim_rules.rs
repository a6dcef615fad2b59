//! A rule for claims in a seed, as the control API takes it, too.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::claims;
use crate::{
    api::schema,
    model::{ClaimPlace, ClaimRule, Claims, ClientId, PROTOCOL_CLAIMS, RealmId, UserId},
    store::{self, Conn},
    tokens::templates,
};

/// A rule, sound in itself; whom it names is looked up in the realm it is for.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Written")]
pub struct SeedClaimRule {
    client: Option<ClientId>,
    /// Id or user name.
    user: Option<String>,
    scope: Option<String>,
    places: Vec<ClaimPlace>,
    claims: Claims,
}

/// A claim rule.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Written {
    /// Only for this client.
    #[schemars(with = "Option<String>")]
    client_id: Option<ClientId>,
    /// Only for this user: id or user name.
    user: Option<String>,
    /// Only where this scope was granted.
    scope: Option<String>,
    /// Where the claims are added, each place once.
    #[schemars(length(min = 1), extend("uniqueItems" = true))]
    r#where: Vec<ClaimPlace>,
    /// Claim to value. Texts may be templates: `{{ user.claims.email }}`. null takes a claim away.
    #[serde(deserialize_with = "any_claims")]
    #[schemars(extend("minProperties" = 1))]
    claims: Claims,
}

fn any_claims<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Claims, D::Error> {
    claims::read(deserializer)
}

impl SeedClaimRule {
    /// The JSON Schema of a rule as it is written.
    pub fn schema() -> Value {
        schema::of_body::<Written>()
    }
}

impl TryFrom<Written> for SeedClaimRule {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let mut places = Vec::new();
        for place in written.r#where {
            if places.contains(&place) {
                return Err("`where` names a place twice".to_owned());
            }
            places.push(place);
        }
        if places.is_empty() {
            return Err("`where` names at least one of id_token, access_token, userinfo, introspection".to_owned());
        }
        if written.claims.is_empty() {
            return Err("`claims` has at least one member".to_owned());
        }
        check_names(&written.claims)?;
        templates::check(&written.claims)?;
        Ok(Self {
            client: written.client_id,
            user: written.user,
            scope: written.scope,
            places,
            claims: written.claims,
        })
    }
}

/// Refuses claims that are the protocol's to say, and names nobody could read.
///
/// # Errors
/// Which one it is.
pub fn check_names(claims: &Claims) -> Result<(), String> {
    for name in claims.keys() {
        if PROTOCOL_CLAIMS.contains(&name.as_str()) {
            return Err(format!(
                "the claim {name:?} is set by the protocol: to issue a wrong value, arm a fault"
            ));
        }
        if !(1..=255).contains(&name.len()) {
            return Err("the name of a claim has 1 to 255 bytes".to_owned());
        }
    }
    Ok(())
}

impl SeedClaimRule {
    pub(super) fn with_id(&self, id: String) -> (Self, String) {
        (self.clone(), id)
    }

    pub fn scope(&self) -> Option<&str> {
        self.scope.as_deref()
    }

    /// The rule as it is stored; in words, what it names that is not there.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn resolve(
        &self,
        conn: &mut Conn,
        realm: RealmId,
        id: String,
    ) -> store::Result<Result<ClaimRule, String>> {
        if let Some(client) = &self.client
            && store::clients::find(conn, realm, client).await?.is_none()
        {
            return Ok(Err(format!("there is no client {:?}", client.0)));
        }
        let user = match &self.user {
            None => None,
            Some(name) => match store::users::find_by_id_or_name(conn, realm, name).await? {
                Some(user) => Some(user.id),
                None => return Ok(Err(format!("there is no user {name:?}"))),
            },
        };
        Ok(Ok(self.rule(id, user)))
    }

    fn rule(&self, id: String, user: Option<UserId>) -> ClaimRule {
        ClaimRule {
            id,
            client: self.client.clone(),
            user,
            scope: self.scope.clone(),
            places: self.places.clone(),
            claims: self.claims.clone(),
        }
    }
}
