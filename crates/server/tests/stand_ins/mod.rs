//! Agents that answer in rooms: in a person's stead while they are away, to their owner, and where they are mentioned.

mod agents;
mod bounds;
mod cited;
mod direct;
mod loops;
mod mentions;
mod own_room;
mod persona;
mod preview;
mod replies;
mod shown;
mod taken_over;

use std::sync::Arc;

use serde_json::{Value, json};
use stead_domain::ports::{
    llm::LlmRequest,
    presence::{ConnectionStatus, Presence},
};
use stead_testkit::fakes::FakePresence;

use crate::harness::{Account, Setup, Stead, eventually, talk::text};

/// Ann and Ben of one organization. The test says who is there: Ann is, Ben is not.
pub struct House {
    pub stead: Stead,
    pub presence: Arc<FakePresence>,
    pub ann: Account,
    pub ben: Account,
}

impl House {
    pub async fn of(setup: Setup) -> Self {
        let presence = Arc::new(FakePresence::new());
        let stead = setup.presence(&presence).start().await;
        let ann = stead.register("ann").await;
        let ben = ann.invite("ben", "member").await;
        let house = Self { stead, presence, ann, ben };
        house.is(&house.ann, ConnectionStatus::Online);
        house.is(&house.ben, ConnectionStatus::Away);
        house
    }

    /// One more, who is there.
    pub async fn newcomer(&self, handle: &str) -> Account {
        let newcomer = self.ann.invite(handle, "member").await;
        self.is(&newcomer, ConnectionStatus::Online);
        newcomer
    }

    pub fn is(&self, account: &Account, status: ConnectionStatus) {
        let (organization, user) = (text(&account.organization["id"]), account.id());
        let seen = Presence { status, last_seen_at: None };
        self.presence.set(organization.parse().unwrap(), user.parse().unwrap(), seen);
    }

    /// The direct channel of Ann and Ben.
    pub async fn direct(&self) -> String {
        direct(&self.ann, &self.ben).await
    }

    /// A channel of Ann's with Ben in it.
    pub async fn room(&self, name: &str) -> String {
        let body = json!({"kind": "private", "name": name, "user_ids": [self.ben.id()]});
        text(&self.ann.post("/channels", body).await.expect(201)["id"]).to_owned()
    }

    /// Waits until all that was to be done is done: what is asked in one's own room is answered after it.
    pub async fn settles(&self) {
        let own = self.ann.own_channel().await;
        for _ in 0..2 {
            let before = messages(&self.ann, &own).await.len();
            say(&self.ann, &own, "Is it done?").await;
            are(&self.ann, &own, before + 2).await;
        }
    }

    /// Waits until so much was asked in somebody's stead.
    pub async fn has_asked(&self, count: usize) {
        eventually("a question", async || (self.asked_of_stand_ins().len() >= count).then_some(())).await;
    }

    /// What was asked in somebody's stead.
    pub fn asked_of_stand_ins(&self) -> Vec<LlmRequest> {
        let is_theirs = |request: &LlmRequest| all_of(request).contains("you answer a message in their stead");
        self.stead.script().asked().into_iter().filter(is_theirs).collect()
    }
}

/// Waits until somebody finds so many messages with a word: then agents find them too.
pub async fn finds(by: &Account, word: &str, count: usize) {
    eventually(word, async || {
        let found = by.get(&format!("/search?q={word}")).await.expect(200);
        (found["results"].as_array().unwrap().len() >= count).then_some(())
    })
    .await;
}

/// The direct channel of two.
pub async fn direct(one: &Account, other: &Account) -> String {
    let made = one.post("/channels", json!({"kind": "direct", "user_ids": [other.id()]})).await;
    text(&made.json()["id"]).to_owned()
}

pub async fn say(by: &Account, channel: &str, content: &str) -> Value {
    by.post(&format!("/channels/{channel}/messages"), json!({"content": content})).await.expect(201)
}

/// What was said in a channel, oldest to newest.
pub async fn messages(by: &Account, channel: &str) -> Vec<Value> {
    let page = by.get(&format!("/channels/{channel}/messages?limit=100")).await.expect(200);
    page["messages"].as_array().unwrap().clone()
}

/// Waits until there are so many; they, oldest to newest.
pub async fn are(by: &Account, channel: &str, count: usize) -> Vec<Value> {
    let what = format!("{count} messages");
    let look = async || Some(messages(by, channel).await).filter(|said| said.len() >= count);
    let said = eventually(&what, look).await;
    assert_eq!(said.len(), count, "{said:#?}");
    said
}

/// All that a model was told, as one text.
pub fn all_of(request: &LlmRequest) -> String {
    crate::harness::script::told(request).join("\n")
}
