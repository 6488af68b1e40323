//! People who are signed in: who founds an organization, and those who are invited into it.

use anyhow::Context;
use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};

use crate::house::{Ground, House};

/// What the founder is called.
pub const FOUNDER: &str = "Bench";
/// How many come at the same time.
const AT_ONCE: usize = 8;

/// Somebody who is signed in.
pub struct Person {
    pub id: String,
    pub token: String,
}

impl Ground {
    /// With passwords that cost nothing, so that many people can be made.
    pub fn for_many_people(self) -> Self {
        self.setting("STEAD_AUTH__ARGON2__MEMORY_KIB", "8").setting("STEAD_AUTH__ARGON2__ITERATIONS", "1")
    }
}

impl House {
    /// The founder of an organization.
    pub async fn found(&self) -> anyhow::Result<Person> {
        self.person(&json!({
            "organization_name": "Bench", "email": "bench@example.org", "password": "correct horse battery",
            "handle": "bench", "display_name": FOUNDER,
        }))
        .await
    }

    /// So many others in it.
    pub async fn invite(&self, founder: &Person, count: usize) -> anyhow::Result<Vec<Person>> {
        let joining = (0..count).map(|number| async move {
            let invitation = self.post("/invitations", Some(&founder.token), &json!({})).await?;
            let handle = format!("person{number}");
            self.person(&json!({
                "invitation": invitation["token"], "email": format!("{handle}@example.org"),
                "password": "correct horse battery", "handle": handle, "display_name": handle,
            }))
            .await
        });
        stream::iter(joining).buffered(AT_ONCE).try_collect().await
    }

    async fn person(&self, registration: &Value) -> anyhow::Result<Person> {
        let signed_in = self.post("/auth/register", None, registration).await?;
        let token = signed_in["access_token"].as_str().context("an account has a token")?.to_owned();
        Ok(Person { id: id_of(&signed_in["user"])?, token })
    }

    /// A new channel.
    pub async fn channel(&self, by: &Person, body: &Value) -> anyhow::Result<String> {
        id_of(&self.post("/channels", Some(&by.token), body).await?)
    }

    /// The id of a new message in a channel.
    pub async fn say(&self, by: &Person, channel: &str, text: &str) -> anyhow::Result<String> {
        let path = format!("/channels/{channel}/messages");
        id_of(&self.post(&path, Some(&by.token), &json!({"content": text})).await?)
    }
}

pub fn id_of(thing: &Value) -> anyhow::Result<String> {
    Ok(thing["id"].as_str().with_context(|| format!("it has no id: {thing}"))?.to_owned())
}
