//! How it ends: everybody finds all that is theirs, and nobody heard more.

use serde_json::json;

use super::{
    Scene,
    model::{FOUNDER, Model, PEOPLE, STRANGER, Words, words_in},
};
use crate::harness::{Account, eventually, talk::text};

/// The room that everybody of an organization is in.
async fn general(account: &Account) -> String {
    let mine = account.get("/channels/me").await.expect(200);
    let mut mine = mine["channels"].as_array().expect("channels").iter();
    text(&mine.find(|room| room["name"] == "general").expect("general")["id"]).to_owned()
}

impl Model {
    pub async fn everybody_finds_what_is_theirs(&mut self) {
        self.story.tell("everybody searches");
        for who in (0..PEOPLE).filter(|who| !self.away.contains(who)) {
            let may = self.words_for(who);
            let mut found = Words::new();
            eventually(&format!("{who} to find {may:?}"), async || {
                found = self.found_by(who).await;
                found.is_superset(&may).then_some(())
            })
            .await;
            self.only(&found, &self.words_that_may_be_found_by(who), &format!("what {who} finds"));
        }
    }

    /// All pages of it.
    async fn found_by(&self, who: usize) -> Words {
        let (mut words, mut cursor) = (Words::new(), String::new());
        loop {
            let page = self.people[who].get(&format!("/search?q=pumpkin&limit=100{cursor}")).await.expect(200);
            words.extend(words_in(&page["results"].to_string()));
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return words,
            }
        }
    }

    pub async fn nobody_heard_more(&mut self, scene: &Scene) {
        scene.presence.set_down(true);
        for who in [FOUNDER, STRANGER] {
            let room = general(&self.people[who]).await;
            self.people[who]
                .post(&format!("/channels/{room}/messages"), json!({"content": "The end"}))
                .await
                .expect(201);
        }
        scene.presence.set_down(false);
        for who in 0..PEOPLE {
            let Some(mut socket) = self.sockets[who].take() else { continue };
            let mut heard = String::new();
            loop {
                let event = socket.next().await;
                heard.push_str(&event.to_string());
                if event["data"]["message"]["content"] == "The end" {
                    break;
                }
            }
            self.only(&words_in(&heard), &self.could_read[who], &format!("what {who} heard"));
        }
    }
}
