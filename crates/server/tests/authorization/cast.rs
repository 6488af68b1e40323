//! The actors of the matrix: one organization of four, another one, and credentials that are no good.

use std::{collections::HashMap, sync::Arc, time::Duration};

use serde_json::{Value, json};
use stead_testkit::fakes::FakeClock;

use crate::harness::{Account, Client, Setup, Stead};

/// What a key of a member may hold.
const SCOPES: [&str; 8] = [
    "threads:read",
    "threads:write",
    "threads:import",
    "agents:read",
    "agents:write",
    "users:read",
    "users:write",
    "organization:read",
];
/// When the key expires of which the clock leaves no more than that. It begins with the year.
const SOON: &str = "2026-01-01T00:05:00Z";

pub struct Cast {
    stead: Stead,
    /// Those who come with nothing good.
    outsiders: HashMap<&'static str, Client>,
    /// Those who are signed in.
    people: HashMap<&'static str, Account>,
    names: usize,
}

impl Cast {
    pub async fn assemble(setup: Setup) -> Self {
        let clock = Arc::new(FakeClock::new());
        let stead = setup.clock(Arc::clone(&clock)).start().await;
        let stranger = stead.stranger();
        let owner = stead.register("olga").await;
        let own = owner.invite("mia", "member").await;
        let mut outsiders = HashMap::new();
        outsiders.insert("anonymous", stranger.clone());
        outsiders.insert("malformed token", stranger.with_token("malformed"));
        outsiders.insert("expired token", stranger.with_token(&own.access_token));
        outsiders.insert("expired key", key(&own, &SCOPES, Some(SOON)).await.1);
        clock.advance(Duration::from_secs(600));
        let (owner, own) = (owner.sign_in_again().await, own.sign_in_again().await);
        let ended = own.sign_in_again().await;
        ended.post_nothing("/auth/logout").await.expect(204);
        outsiders.insert("ended session", (*ended).clone());
        let (id, revoked) = key(&own, &SCOPES, None).await;
        own.delete(&format!("/api-keys/{id}")).await.expect(204);
        outsiders.insert("revoked key", revoked);
        let mut people = HashMap::new();
        people.insert("member", owner.invite("nils", "member").await);
        people.insert("admin", owner.invite("ada", "admin").await);
        people.insert("other organization", stead.register("bob").await);
        people.insert("own", own);
        people.insert("owner", owner);
        let mut cast = Self { stead, outsiders, people, names: 0 };
        cast.make_scopeless_key().await;
        cast
    }

    pub fn client(&self, actor: &str) -> Client {
        let outsider = self.outsiders.get(actor).cloned();
        outsider.unwrap_or_else(|| (**self.person(actor)).clone())
    }

    pub fn person(&self, actor: &str) -> &Account {
        self.people.get(actor).unwrap_or_else(|| panic!("nobody plays {actor:?}"))
    }

    /// A name that nobody has.
    pub fn new_name(&mut self) -> String {
        self.names += 1;
        format!("name-{}", self.names)
    }

    /// Puts an actor back into their place after a call that cost them theirs.
    pub async fn recover(&mut self, actor: &str, operation: &str) {
        let Some((actor, person)) =
            self.people.iter().map(|(name, person)| (*name, person)).find(|(name, _)| *name == actor)
        else {
            return;
        };
        let person = match operation {
            "POST /api/v1/auth/logout" => person.sign_in_again().await,
            "DELETE /api/v1/users/me" => self.newcomer(actor).await,
            _ => return,
        };
        self.people.insert(actor, person);
        if actor == "own" {
            self.make_scopeless_key().await;
        }
    }

    async fn newcomer(&self, actor: &str) -> Account {
        let handle = format!("another-{}", actor.replace(' ', "-"));
        match actor {
            "other organization" => self.stead.register(&handle).await,
            "admin" => self.person("owner").invite(&handle, "admin").await,
            _ => self.person("owner").invite(&handle, "member").await,
        }
    }

    /// Its one scope is what no whole operation takes.
    async fn make_scopeless_key(&mut self) {
        let (_, client) = key(self.person("own"), &["threads:import"], None).await;
        self.outsiders.insert("key without scope", client);
    }
}

/// A new key; its id, and somebody who comes with it.
async fn key(account: &Account, scopes: &[&str], expires_at: Option<&str>) -> (String, Client) {
    let made: Value = json!({"name": "A key", "scopes": scopes, "expires_at": expires_at});
    let made = account.post("/api-keys", made).await.expect(201);
    let text = |field: &str| made[field].as_str().expect("a text").to_owned();
    (text("id"), account.with_token(&text("secret")))
}
