//! The client that sent the authorization request, as pages show it.

use url::Url;

use crate::{
    model::Client,
    web::{
        form_post::destination,
        monogram::{Monogram, monogram},
    },
};

#[derive(Clone, Debug)]
pub struct AskingClient {
    pub name: String,
    /// Where the answer goes: host and port, or the scheme of an application on this device.
    pub returns_to: String,
    pub logo: Option<String>,
    pub policy: Option<String>,
    pub terms: Option<String>,
}

impl AskingClient {
    pub fn of(client: &Client, redirect_uri: &str) -> AskingClient {
        let metadata = &client.metadata;
        AskingClient {
            name: client.name().to_owned(),
            returns_to: destination(redirect_uri),
            logo: web_address(metadata.logo_uri.as_deref()),
            policy: web_address(metadata.policy_uri.as_deref()),
            terms: web_address(metadata.tos_uri.as_deref()),
        }
    }

    pub fn monogram(&self) -> Monogram {
        monogram(&self.name)
    }
}

/// A registered address as a link, if it is `http` or `https`.
fn web_address(registered: Option<&str>) -> Option<String> {
    let address = Url::parse(registered?).ok()?;
    matches!(address.scheme(), "http" | "https").then(|| address.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_on_the_web_become_links() {
        let web = Some("https://client.example.com/privacy".to_owned());

        assert_eq!(web_address(web.as_deref()), web);
        for other in [
            "javascript:alert(1)",
            "data:text/html,x",
            "file:///etc/passwd",
            "/privacy",
            "",
        ] {
            assert_eq!(web_address(Some(other)), None, "{other}");
        }
    }
}
