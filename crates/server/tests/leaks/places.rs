//! An organization with a secret in every place, and one beside it.

use serde_json::json;
use stead_domain::ports::{llm::LlmRequest, presence::ConnectionStatus};
use stead_testkit::fakes::{FakeLlm, FakeReply, FakeVectorStore, VectorLie};

use crate::{
    harness::{Account, Setup, eventually, talk::text},
    stand_ins::{House, all_of, are, direct, messages, say},
};

/// What everybody asks about: each secret stands beside it.
pub const QUESTION: &str = "What do you know about the pumpkin harvest?";

/// People, rooms, and the secret of each: `ab` is in Ann's and Ben's room, `dm-ab` in their conversation, and so on.
pub struct Places {
    pub house: House,
    pub cy: Account,
    pub eve: Account,
    /// Ann's and Ben's.
    pub ab: String,
    /// Ben's and Cy's.
    pub bc: String,
    /// A public one; Ann and Ben are in it.
    pub open: String,
    /// Ben's and Cy's; Ann was in it.
    pub left: String,
    pub dm_ab: String,
    pub dm_bc: String,
    pub dm_ac: String,
    pub vectors: FakeVectorStore,
}

/// The secrets of all places.
pub const SECRETS: [&str; 22] = [
    "in-ab",
    "in-bc",
    "in-open",
    "in-left",
    "in-dm-ab",
    "in-dm-bc",
    "in-dm-ac",
    "in-own-ann",
    "in-own-ben",
    "in-own-cy",
    "file-ab",
    "file-bc",
    "talk-ann",
    "talk-ben",
    "elsewhere",
    "deleted-ab",
    // These are said by single tests.
    "side-ben",
    "late-said",
    "late-edited",
    "late-file",
    "late-room",
    "late-user",
];

impl Places {
    pub async fn of(setup: Setup) -> Self {
        let vectors = FakeVectorStore::new();
        let house = House::of(setup.vectors(&vectors)).await;
        let (ann, ben) = (house.ann.clone(), house.ben.clone());
        let (cy, eve) = (house.newcomer("cy").await, house.stead.register("eve").await);
        let room = async |by: &Account, kind: &str, name: &str, others: &[&Account]| {
            let others: Vec<_> = others.iter().map(|other| other.id()).collect();
            let room = by.post("/channels", json!({"kind": kind, "name": name})).await.expect(201);
            let id = text(&room["id"]).to_owned();
            for other in others {
                by.put_nothing(&format!("/channels/{id}/members/{other}")).await.expect(200);
            }
            id
        };
        let ab = room(&ann, "private", "Ab", &[&ben]).await;
        let bc = room(&cy, "private", "Bc", &[&ben]).await;
        let open = room(&ann, "public", "Open", &[&ben]).await;
        let left = room(&cy, "private", "Left", &[&ben, &ann]).await;
        let (dm_ab, dm_bc, dm_ac) = (direct(&ann, &ben).await, direct(&cy, &ben).await, direct(&ann, &cy).await);
        let agent = json!({"handle": "helper", "display_name": "Helper", "kind": "organization"});
        let helper = text(&ann.post("/agents", agent).await.expect(201)["id"]).to_owned();
        for room in [&ab, &open] {
            ann.put_nothing(&format!("/channels/{room}/agents/{helper}")).await.expect(200);
        }
        let places = Self { house, cy, eve, ab, bc, open, left, dm_ab, dm_bc, dm_ac, vectors };
        places.hide().await;
        places
    }

    /// Says every secret in its place, while everybody is there, so that nobody is stood in for.
    async fn hide(&self) {
        let Self { house, cy, eve, .. } = self;
        let (ann, ben) = (&house.ann, &house.ben);
        house.is(ben, ConnectionStatus::Online);
        for (by, room, secret) in [
            (ben, &self.ab, "in-ab"),
            (ben, &self.bc, "in-bc"),
            (ben, &self.open, "in-open"),
            (ben, &self.left, "in-left"),
            (ben, &self.dm_ab, "in-dm-ab"),
            (ben, &self.dm_bc, "in-dm-bc"),
            (ann, &self.dm_ac, "in-dm-ac"),
        ] {
            say(by, room, &secret_of(secret)).await;
        }
        for (by, secret) in [(ann, "in-own-ann"), (ben, "in-own-ben"), (cy, "in-own-cy")] {
            let own = by.own_channel().await;
            say(by, &own, &secret_of(secret)).await;
            are(by, &own, 2).await;
        }
        for (by, room, secret) in [(ann, &self.ab, "file-ab"), (cy, &self.bc, "file-bc")] {
            shares_file(by, room, secret).await;
        }
        for (by, secret) in [(ann, "talk-ann"), (ben, "talk-ben"), (eve, "elsewhere")] {
            by.talk().await.say(&secret_of(secret)).await.expect(201);
        }
        let deleted = say(ben, &self.ab, &secret_of("deleted-ab")).await;
        let own = eve.own_channel().await;
        say(eve, &own, &secret_of("elsewhere")).await;
        are(eve, &own, 2).await;
        self.index_has(22).await;
        ann.delete(&format!("/messages/{}", text(&deleted["id"]))).await.expect(204);
        cy.delete(&format!("/channels/{}/members/{}", self.left, ann.id())).await.expect(204);
        house.is(ben, ConnectionStatus::Away);
    }

    /// Waits until the index has so much of both organizations.
    pub async fn index_has(&self, count: usize) {
        eventually("the index", async || {
            let of = |account: &Account| self.vectors.kept(text(&account.organization["id"]).parse().unwrap()).len();
            (of(&self.house.ann) + of(&self.eve) >= count).then_some(())
        })
        .await;
    }

    /// From now on the index answers whatever it likes.
    pub fn turn_hostile(&self) {
        self.vectors.freeze();
        self.vectors.lie([
            VectorLie::IgnoresTheFilter,
            VectorLie::IgnoresTheOrganization,
            VectorLie::KeepsWhatWasDeleted,
        ]);
    }

    /// What was asked since so many questions.
    pub fn asked_since(&self, before: usize) -> Vec<LlmRequest> {
        self.house.stead.llm().requests().split_off(before)
    }

    /// How often a model was asked.
    pub fn asked(&self) -> usize {
        self.house.stead.llm().requests().len()
    }

    /// Asks by posting, and waits for the answer.
    pub async fn asks_in(&self, who: &Account, room: &str, content: &str) {
        let before = messages(who, room).await.len();
        say(who, room, content).await;
        are(who, room, before + 2).await;
    }
}

/// The model says every secret that it is told, and points at what it was told first.
pub fn repeats_what_it_is_told(llm: &FakeLlm) {
    llm.answer_with(|request| FakeReply::text(repeated(request)));
}

/// What such a model says.
pub fn repeated(request: &LlmRequest) -> String {
    let secrets = told(std::slice::from_ref(request));
    let secrets: Vec<String> = secrets.iter().map(|secret| format!("{secret}-secret [1]")).collect();
    format!("I know: {}", secrets.join(" "))
}

/// Shares a file in a room that holds a secret; its id.
pub async fn shares_file(by: &Account, room: &str, secret: &str) -> String {
    let file = by.upload("harvest.txt", secret_of(secret)).await;
    let id = text(&file["id"]).to_owned();
    let read = async || (by.get(&format!("/files/{id}")).await.expect(200)["status"] != "processing").then_some(());
    eventually("the file to be read", read).await;
    let body = json!({"content": "A file", "file_ids": [id]});
    by.post(&format!("/channels/{room}/messages"), body).await.expect(201);
    id
}

/// What is said to hide a secret.
pub fn secret_of(secret: &str) -> String {
    format!("The pumpkin harvest is {secret}-secret, mind you")
}

/// The secrets that a text holds.
pub fn secrets_in(text: &str) -> Vec<&'static str> {
    SECRETS.into_iter().filter(|secret| text.contains(&format!("{secret}-secret"))).collect()
}

/// The secrets that a model was told, sorted.
pub fn told(requests: &[LlmRequest]) -> Vec<&'static str> {
    let mut secrets: Vec<_> = requests.iter().flat_map(|request| secrets_in(&all_of(request))).collect();
    secrets.sort_unstable();
    secrets.dedup();
    secrets
}
