//! What a started server says on standard output: first, for programs, where it listens; then, for people, how to
//! begin.

use std::fmt::Write as _;

use url::form_urlencoded;

use super::start::SeedUse;
use crate::{
    app::{App, Realm},
    config::{Config, HostName, Issuer, SeedSource},
    model::{Client, ClientId, RealmName, Secret, StoredSecret, User},
    realms::seed::Seed,
    store,
    web::paths,
};

/// How many users are listed.
const MOST_PEOPLE: i64 = 20;
/// A redirect URI of the demo client at which no client answers.
const UNANSWERED_REDIRECT: &str = "https://client.example.com/cb";

/// The line programs wait for. It is the first.
pub fn first_line(issuer: &Issuer) -> String {
    format!("listening on {issuer}")
}

/// What the banner says.
#[derive(Debug)]
pub struct Facts {
    issuer: Issuer,
    database: String,
    /// Set where others can reach the server.
    control_token: Option<Secret>,
    /// Where others can reach it: the addresses that are not loopback.
    open_to: Vec<String>,
    /// Whether the demo clients are there with the published secrets.
    demo: bool,
    personas: Vec<User>,
    /// The seed that was asked for and not used, because the database was not empty.
    unused_seed: Option<String>,
}

impl Facts {
    /// Looks at the realm at the root. What cannot be read is left out: a banner is no reason not to serve.
    pub async fn gather(
        app: &App,
        config: &Config,
        issuer: &Issuer,
        control_token: Option<Secret>,
        seed_use: SeedUse,
    ) -> Self {
        let open_to = config
            .listen
            .iter()
            .filter(|place| !place.is_loopback())
            .map(ToString::to_string)
            .collect();
        let realm = app.realms.find(&app.database, RealmName::DEFAULT).await.ok().flatten();
        let (demo, personas) = match realm {
            Some(realm) => (
                has_demo_clients(app, &realm).await,
                personas(app, &realm).await.unwrap_or_default(),
            ),
            None => (false, Vec::new()),
        };
        let database = config.database.to_string();
        Self {
            issuer: issuer.clone(),
            database,
            control_token,
            open_to,
            demo,
            personas,
            unused_seed: (seed_use == SeedUse::NotUsed).then(|| config.seed.to_string()),
        }
    }

    /// The text below the first line.
    pub fn text(&self) -> String {
        let mut text = format!(
            "\nAnteroom {}, for development only: its signing keys are public, and anyone can sign in as any user.\n\n",
            env!("CARGO_PKG_VERSION")
        );
        self.warn_of_others(&mut text);
        self.say_unused_seed(&mut text);
        self.say_places(&mut text);
        if self.demo {
            say_demo_clients(&mut text);
        }
        self.say_people(&mut text);
        if self.demo {
            self.say_how_to_begin(&mut text);
        }
        text
    }

    fn warn_of_others(&self, text: &mut String) {
        if !self.open_to.is_empty() {
            let _ = writeln!(
                text,
                "  WARNING       other machines can reach {}; anyone who does can sign in as any user.\n                \
                 The control API requires the token below (also as `Authorization: Bearer`).\n",
                self.open_to.join(", ")
            );
        }
    }

    fn say_unused_seed(&self, text: &mut String) {
        if let Some(seed) = &self.unused_seed {
            let _ = writeln!(
                text,
                "  NOTE          the seed {seed} was not used, because {} is not empty. To begin with it, name\n                \
                 another database, delete this one, or use --database sqlite::memory:\n",
                self.database
            );
        }
    }

    fn say_places(&self, text: &mut String) {
        let issuer = &self.issuer;
        let token = self
            .control_token
            .as_ref()
            .map(|token| format!("?token={}", token.reveal()))
            .unwrap_or_default();
        for (name, place) in [
            ("issuer", issuer.to_string()),
            ("discovery", format!("{issuer}{}", paths::OPENID_CONFIGURATION)),
            ("API docs", format!("{issuer}{}", paths::API_DOCS)),
            ("control API", format!("{issuer}{}{token}", paths::CONTROL)),
            ("database", self.database.clone()),
        ] {
            let _ = writeln!(text, "  {name:<13} {place}");
        }
    }

    fn say_people(&self, text: &mut String) {
        for (index, persona) in self.personas.iter().enumerate() {
            let name = if index == 0 { "users" } else { "" };
            let reason = persona.persona.as_deref().unwrap_or_default();
            let lead = if index == 0 { "\n" } else { "" };
            let _ = writeln!(text, "{lead}  {name:<13} {:<13} {reason}", persona.username);
        }
        if self.demo && !self.personas.is_empty() {
            let _ = writeln!(
                text,
                "  {:<13} the password is the user name and -password: anne-password",
                ""
            );
        }
    }

    fn say_how_to_begin(&self, text: &mut String) {
        let issuer = &self.issuer;
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("client_id", "demo-client")
            .append_pair("redirect_uri", &self.demo_redirect())
            .append_pair("response_type", "code")
            .append_pair("scope", "openid profile_read appointment_read appointment_write")
            .append_pair("state", "s1")
            .finish();
        let _ = writeln!(
            text,
            "\n  sign in       {issuer}{}?{query}\n\n  get a token   curl -u demo-service:demo-service-secret -d \
             grant_type=client_credentials -d scope=appointment_guest_lookup {issuer}{}\n",
            paths::AUTHORIZE,
            paths::TOKEN,
        );
    }

    /// An address at which a browser arrives, so that the code can be read in its address bar: this server, where the
    /// demo client allows it.
    fn demo_redirect(&self) -> String {
        let host: HostName = self.issuer.host();
        if host.is_loopback() {
            format!("{}{}", self.issuer, paths::HEALTHZ)
        } else {
            UNANSWERED_REDIRECT.to_owned()
        }
    }
}

fn say_demo_clients(text: &mut String) {
    for (index, (client, meaning)) in [
        (
            "demo-client / demo-secret",
            "confidential, all grant types, any loopback redirect",
        ),
        ("demo-spa", "public with PKCE, any loopback redirect"),
        ("demo-service / demo-service-secret", "client credentials"),
    ]
    .into_iter()
    .enumerate()
    {
        let (lead, name) = if index == 0 { ("\n", "clients") } else { ("", "") };
        let _ = writeln!(text, "{lead}  {name:<13} {client:<35} {meaning}");
    }
}

/// Whether the demo client is there with the hash that is shipped, and so with the published secret.
async fn has_demo_clients(app: &App, realm: &Realm) -> bool {
    let Ok(demo) = Seed::find(&SeedSource::Demo, &[]) else {
        return false;
    };
    for shipped in &demo.clients {
        let Ok(Some(found)) = realm.client(&app.database, &ClientId(shipped.id.0.clone())).await else {
            return false;
        };
        if !has_secret(&found, shipped.secret_hash()) {
            return false;
        }
    }
    true
}

fn has_secret(client: &Client, hash: Option<&str>) -> bool {
    match (&client.secret, hash) {
        (Some(StoredSecret::Phc(stored)), Some(hash)) => stored == hash,
        (None, None) => true,
        _ => false,
    }
}

async fn personas(app: &App, realm: &Realm) -> store::Result<Vec<User>> {
    let mut people = store::users::list_personas(&mut app.database.read().await?, realm.id, MOST_PEOPLE).await?;
    people.retain(|user| user.behaviour.is_none()); // the picker tells of those to whom something happens
    Ok(people)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Claims, UserId};

    fn facts(issuer: &str) -> Facts {
        let anne = User {
            id: UserId::from("1"),
            username: "anne".to_owned(),
            password: None,
            persona: Some("Has everything".to_owned()),
            behaviour: None,
            claims: Claims::new(),
        };
        Facts {
            issuer: issuer.parse().unwrap(),
            database: "sqlite:anteroom.db".to_owned(),
            control_token: None,
            open_to: Vec::new(),
            demo: true,
            personas: vec![anne],
            unused_seed: None,
        }
    }

    #[test]
    fn the_banner_tells_how_to_begin() {
        let text = facts("http://localhost:8080").text();

        for told in [
            "issuer        http://localhost:8080\n",
            "control API   http://localhost:8080/control\n",
            "demo-client / demo-secret",
            "demo-spa",
            "anne          Has everything",
            "http://localhost:8080/oauth/authorize?client_id=demo-client&redirect_uri=http%3A%2F%2Flocalhost%3A8080%2Fhealthz&",
            "curl -u demo-service:demo-service-secret",
        ] {
            assert!(text.contains(told), "{told}\n{text}");
        }
        assert!(!text.contains("WARNING"));
    }

    #[test]
    fn a_seed_that_was_not_used_is_named_with_what_to_do() {
        let mut facts = facts("http://localhost:8080");
        facts.unused_seed = Some("clinic.toml".to_owned());

        let text = facts.text();

        assert!(text.contains("the seed clinic.toml was not used"), "{text}");
        assert!(text.contains("sqlite::memory:"), "{text}");
    }

    #[test]
    fn where_others_can_come_the_banner_warns_and_shows_the_token() {
        let mut facts = facts("http://anteroom:8080");
        facts.open_to = vec!["0.0.0.0:8080".to_owned()];
        facts.control_token = Some(Secret::new("t0ken"));

        let text = facts.text();

        assert!(text.contains("WARNING") && text.contains("0.0.0.0:8080"), "{text}");
        assert!(
            text.contains("control API   http://anteroom:8080/control?token=t0ken\n"),
            "{text}"
        );
        assert!(
            text.contains("redirect_uri=https%3A%2F%2Fclient.example.com%2Fcb"),
            "{text}"
        );
    }

    #[test]
    fn secrets_are_promised_only_where_they_are_the_demos() {
        let mut facts = facts("http://localhost:8080");
        facts.demo = false;

        let text = facts.text();

        assert!(
            !text.contains("demo-secret") && !text.contains("-password") && !text.contains("curl"),
            "{text}"
        );
        assert!(text.contains("anne"), "{text}");
    }
}
