//! Ways for an order to come before a model.

use reqwest::Method;
use serde_json::{Value, json};
use stead_domain::ports::tool_server::ToolDefinition;
use stead_testkit::fakes::{FakeToolReply, tool};

use super::super::places::{Places, QUESTION};
use crate::{
    harness::{Account, eventually, talk::text},
    stand_ins::{are, messages, say},
};

/// The ways, each with the list that it is in.
macro_rules! carriers {
    ($($(#[$list:meta])* $name:ident: $($way:ident),+;)+) => {
        /// A way.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Carrier {
            $($($way,)+)+
        }

        $($(#[$list])* pub const $name: &[Carrier] = &[$(Carrier::$way),+];)+
    };
}

carriers! {
    /// What somebody says to an agent.
    ASKED: Direct, MentionOfAPerson, MentionOfAnAgent, OwnRoom, Beside, BesideGoingOn, Thread, SaidBySomebody;
    /// What is shared, and how it is called.
    SHARED: RepliedTo, FoundElsewhere, FileText, FileName, DisplayName, ChannelName, Topic, Personality;
    /// Descriptions, what tools answer, and what is made of a conversation.
    BESIDE: AgentsDescription, Persona, ToolDescription, ToolResult, Summary, SummaryOfReplies, Title;
}

use Carrier::*;

/// What came of it.
#[derive(Default)]
pub struct Heard {
    /// What was answered, as text.
    pub said: String,
    /// What of it a client shows as it is.
    pub html: Vec<String>,
    /// What it was made from.
    pub citations: Vec<Value>,
    /// Whose secrets may be in it.
    pub may: &'static [&'static str],
}

/// Where it happens.
pub struct Stage {
    pub places: Places,
    dan: Account,
    /// Everybody's, and the agents'.
    room: String,
    rooms: usize,
    looker: String,
    asker: String,
    server: String,
    talk: crate::harness::Talk,
    sidebar: String,
}

const BOTH: &[&str] = &["file-ab", "in-ab", "in-dm-ab", "in-open"];
const ANNS: &[&str] = &["file-ab", "in-ab", "in-dm-ab", "in-dm-ac", "in-open", "in-own-ann"];

impl Stage {
    pub async fn set(places: Places) -> Self {
        let ann = &places.house.ann;
        places.house.stead.tools().offer([tool("look"), tool("write"), tool("erase")]);
        let server = text(&ann.tool_server("kit").await["id"]).to_owned();
        let agent = async |handle: &str, policy: &str, tools: Value| {
            let agent = json!({
                "handle": handle, "display_name": handle, "kind": "organization", "tool_policy": policy,
                "knowledge": "shared_channels",
            });
            let id = text(&ann.post("/agents", agent).await.expect(201)["id"]).to_owned();
            let grant = json!({"servers": [{"mcp_server_id": server, "tools": tools}]});
            ann.call(Method::PUT, &format!("/agents/{id}/tools")).json(&grant).await.expect(200);
            id
        };
        let looker = agent("looker", "auto", json!(["look"])).await;
        let asker = agent("asker", "ask", json!(["look", "write", "erase"])).await;
        let dan = places.house.newcomer("dan").await;
        let persona = json!({"mention_cooldown_s": 0, "answers_a_day": 1000});
        places.house.ben.put("/ai/persona/me", persona).await.expect(200);
        let talk = ann.talk_with(&asker).await;
        let asked =
            ann.post(&format!("/ai/channels/{}/query", places.open), json!({"query": "Hello"})).await.expect(200);
        let sidebar = text(&asked["conversation"]["id"]).to_owned();
        Self { places, dan, room: String::new(), looker, asker, server, talk, sidebar, rooms: 0 }
    }

    /// Another room of everybody's and the agents': what came of one way is not heard by the next.
    pub async fn enter_a_new_room(&mut self) {
        self.rooms += 1;
        let ann = &self.places.house.ann;
        let users = [self.dan.id(), self.places.house.ben.id()];
        let body = json!({"kind": "private", "name": self.name(), "user_ids": users, "topic": "Nothing"});
        let room = text(&ann.post("/channels", body).await.expect(201)["id"]).to_owned();
        for agent in [&self.looker, &self.asker] {
            ann.put_nothing(&format!("/channels/{room}/agents/{agent}")).await.expect(200);
        }
        self.room = room;
    }

    fn name(&self) -> String {
        format!("Stage {}", self.rooms)
    }

    /// Brings an order before a model; `None` where it is refused.
    pub async fn carry(&self, carrier: Carrier, order: &str) -> Option<Heard> {
        let Self { places, dan, room, .. } = self;
        let (ann, ben, dm) = (&places.house.ann, &places.house.ben, &places.dm_ab);
        match carrier {
            Direct => Some(self.asks(ann, dm, order, BOTH).await),
            MentionOfAPerson => Some(self.asks(ann, room, &format!("@ben {order}"), &[]).await),
            MentionOfAnAgent => Some(self.asks(ann, room, &format!("@asker {order}"), &[]).await),
            OwnRoom => Some(self.asks(ann, &ann.own_channel().await, order, ANNS).await),
            Beside => Some(self.asks_beside(json!({"query": order})).await),
            BesideGoingOn => {
                let path = format!("/ai/channels/{}/conversations/{}/messages", places.open, self.sidebar);
                let said = ann.post(&path, json!({"content": order})).await.expect(200);
                Some(beside(&json!({"message": said["messages"].as_array().unwrap().last()})))
            }
            Thread => Some(self.asks_in_thread(order).await),
            SaidBySomebody => {
                let said = say(dan, room, order).await;
                let heard = self.looks().await;
                forget(dan, &said).await;
                Some(heard)
            }
            RepliedTo => {
                let said = say(dan, room, order).await;
                let before = messages(ann, room).await.len();
                let reply = json!({"content": "@looker what of this?", "parent_id": said["id"]});
                ann.post(&format!("/channels/{room}/messages"), reply).await.expect(201);
                let answer = are(ann, room, before + 2).await.pop().unwrap();
                forget(dan, &said).await;
                Some(shown(&answer, &[]))
            }
            FoundElsewhere => {
                let said = say(ben, &places.ab, &format!("The pumpkin harvest: {order}")).await;
                let heard = self.asks(ann, dm, QUESTION, BOTH).await;
                forget(ben, &said).await;
                Some(heard)
            }
            FileText | FileName => {
                let file = match carrier {
                    FileText => ann.upload("note.txt", order).await,
                    _ => {
                        let name = order.replace('"', "%22").replace(['\n', '\r'], " ");
                        ann.upload(&format!("{name}.txt"), "Nothing").await
                    }
                };
                Some(self.asks_beside(json!({"query": "What is in it?", "fileIds": [file["id"]]})).await)
            }
            DisplayName => {
                let named = dan.patch("/users/me", json!({"display_name": order})).await;
                if named.status != 200 {
                    return None;
                }
                let said = say(dan, room, "Hello").await;
                let heard = self.looks().await;
                forget(dan, &said).await;
                dan.patch("/users/me", json!({"display_name": "Dan"})).await.expect(200);
                Some(heard)
            }
            ChannelName | Topic => {
                let field = if carrier == Topic { "topic" } else { "name" };
                let changed = ann.patch(&format!("/channels/{room}"), json!({field: order})).await;
                if changed.status != 200 {
                    return None;
                }
                let heard = self.looks().await;
                ann.patch(&format!("/channels/{room}"), json!({field: self.name()})).await.expect(200);
                Some(heard)
            }
            Personality => {
                let at = format!("/channels/{}", places.open);
                ann.patch(&at, json!({"agent_personality": order})).await.expect(200);
                let heard = self.asks_beside(json!({"query": QUESTION})).await;
                ann.patch(&at, json!({"agent_personality": null})).await.expect(200);
                Some(heard)
            }
            AgentsDescription => {
                let at = format!("/agents/{}", self.looker);
                ann.patch(&at, json!({"description": order})).await.expect(200);
                let heard = self.looks().await;
                ann.patch(&at, json!({"description": ""})).await.expect(200);
                Some(heard)
            }
            Persona => {
                ben.put("/ai/persona/me", json!({"instructions": order})).await.expect(200);
                let path = format!("/ai/persona/{}", ben.id());
                let shown = ann.post(&path, json!({"message": QUESTION})).await.expect(200);
                ben.put("/ai/persona/me", json!({"instructions": ""})).await.expect(200);
                let citations = shown["citations"].as_array().unwrap().clone();
                Some(Heard { said: text(&shown["content"]).to_owned(), html: Vec::new(), citations, may: BOTH })
            }
            ToolDescription => {
                let look = ToolDefinition { description: order.to_owned(), ..tool("look") };
                self.offers(look).await;
                let heard = self.looks().await;
                self.offers(tool("look")).await;
                Some(heard)
            }
            ToolResult => {
                let result = order.to_owned();
                places.house.stead.tools().script(FakeToolReply::text(result));
                Some(self.looks().await)
            }
            Summary | SummaryOfReplies => {
                let said = say(dan, room, order).await;
                let path = match carrier {
                    Summary => format!("/ai/channels/{room}/summarize?quantity=1&time_unit=hours"),
                    _ => format!("/ai/channels/{room}/messages/{}/summarize", text(&said["id"])),
                };
                let summed = ann.get(&path).await.expect(200);
                forget(dan, &said).await;
                let citations = summed["citations"].as_array().unwrap().clone();
                Some(Heard { said: text(&summed["summary"]).to_owned(), html: Vec::new(), citations, may: &[] })
            }
            Title => {
                let talk = ann.talk_with(ann.default_agent()).await;
                talk.say(order).await.expect(201);
                let titled = ann.post_nothing(&talk.at("/generate_title")).await.expect(200);
                Some(Heard { said: text(&titled["title"]).to_owned(), ..Heard::default() })
            }
        }
    }

    /// Asks by posting; the question is forgotten, the answer stays.
    async fn asks(&self, who: &Account, room: &str, content: &str, may: &'static [&'static str]) -> Heard {
        let before = messages(who, room).await.len();
        let said = say(who, room, content).await;
        let answer = are(who, room, before + 2).await.pop().unwrap();
        forget(who, &said).await;
        shown(&answer, may)
    }

    /// Has the agent look that may look and nothing else.
    async fn looks(&self) -> Heard {
        self.asks(&self.places.house.ann, &self.room, "@looker have a look", &[]).await
    }

    async fn asks_beside(&self, query: Value) -> Heard {
        let ann = &self.places.house.ann;
        let path = format!("/ai/channels/{}/query", self.places.open);
        beside(&ann.post(&path, query).await.expect(200))
    }

    /// The agent there has to ask: it is told no.
    async fn asks_in_thread(&self, content: &str) -> Heard {
        let ann = &self.places.house.ann;
        let run = self.talk.send(content).await;
        let run = text(&run["id"]);
        let status = eventually("the run to ask or to end", async || {
            let status = text(&self.talk.run(run).await["status"]).to_owned();
            (!["queued", "running"].contains(&status.as_str())).then_some(status)
        })
        .await;
        if status == "awaiting_approval" {
            let calls = self.talk.messages().await.pop().unwrap()["tool_calls"].clone();
            for call in calls.as_array().unwrap().iter().filter(|call| call["status"] == "awaiting_approval") {
                let no = json!({"tool_call_id": call["id"], "approve": false});
                ann.post(&self.talk.at(&format!("/runs/{run}/approvals")), no).await.expect(200);
            }
        }
        self.talk.ended(run).await;
        let answer = self.talk.messages().await.pop().unwrap();
        shown(&answer, &["in-open", "in-ab", "file-ab"])
    }

    async fn offers(&self, look: ToolDefinition) {
        let ann = &self.places.house.ann;
        self.places.house.stead.tools().offer([look, tool("write"), tool("erase")]);
        let check = format!("/mcp-servers/{}/check", self.server);
        ann.post(&check, json!({"accept_changes": true})).await.expect(200);
    }
}

async fn forget(by: &Account, said: &Value) {
    by.delete(&format!("/messages/{}", text(&said["id"]))).await.expect(204);
}

fn shown(answer: &Value, may: &'static [&'static str]) -> Heard {
    let said = text(&answer["content"]).to_owned();
    Heard { said, html: vec![text(&answer["content_html"]).to_owned()], citations: Vec::new(), may }
}

fn beside(asked: &Value) -> Heard {
    let message = &asked["message"];
    let citations = message["parameters"]["citations"].as_array().cloned().unwrap_or_default();
    Heard { said: text(&message["content"]).to_owned(), html: Vec::new(), citations, may: &["in-open"] }
}
