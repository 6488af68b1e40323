//! What several people piece together from what they are told, while their sockets drop and come back and the server is
//! restarted, is what a fresh look shows; and nothing is told twice, or to who is not in the room.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    time::Duration,
};

use serde_json::{Value, json};

use super::Socket;
use crate::harness::{Account, Stead, talk::text};

on_both!(what_is_told_is_what_is_there);

/// How much happens.
const STEPS: usize = 120;

/// Numbers that a seed repeats (SplitMix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % most as u64).unwrap()
    }
}

/// Somebody who listens, and forgets nothing.
struct Listener {
    account: Account,
    socket: Option<Socket>,
    seq: String,
    told: HashSet<String>,
    rooms: HashMap<String, BTreeMap<String, Value>>,
    heard: Vec<String>,
}

impl Listener {
    async fn new(account: &Account) -> Self {
        let (socket, seq) = Socket::open(account).await;
        Self {
            account: account.clone(),
            socket: Some(socket),
            seq,
            told: HashSet::new(),
            rooms: HashMap::new(),
            heard: Vec::new(),
        }
    }

    async fn come_back(&mut self) {
        if self.socket.is_none() {
            self.socket = Some(Socket::open_since(&self.account, &self.seq).await);
        }
    }

    fn take(&mut self, event: &Value) {
        let kind = text(&event["type"]);
        assert_ne!(kind, "resync", "nothing was missed");
        if let Some(seq) = event["seq"].as_str() {
            self.seq = seq.to_owned();
            assert!(kind == "heartbeat" || self.told.insert(seq.to_owned()), "told twice: {event}");
        }
        let message = &event["data"]["message"];
        if let (Some(room), Some(id)) = (event["channel_id"].as_str(), message["id"].as_str()) {
            self.rooms.entry(room.to_owned()).or_default().insert(id.to_owned(), shown(message));
        }
        self.heard.push(event.to_string());
    }

    /// Listens for a moment.
    async fn listen(&mut self) {
        while let Some(socket) = &mut self.socket {
            match tokio::time::timeout(Duration::from_millis(5), socket.next()).await {
                Ok(event) => self.take(&event),
                Err(_elapsed) => return,
            }
        }
    }

    async fn listen_until(&mut self, content: &str) {
        self.come_back().await;
        loop {
            let event = self.socket.as_mut().unwrap().next().await;
            self.take(&event);
            if event["data"]["message"]["content"] == content {
                return;
            }
        }
    }

    async fn fresh(&self, room: &str) -> BTreeMap<String, Value> {
        let mut all = BTreeMap::new();
        let mut path = format!("/channels/{room}/messages?limit=100");
        loop {
            let page = self.account.get(&path).await.expect(200);
            for message in page["messages"].as_array().unwrap() {
                all.insert(text(&message["id"]).to_owned(), shown(message));
            }
            match page["next_before"].as_str() {
                Some(before) => path = format!("/channels/{room}/messages?limit=100&before={before}"),
                None => return all,
            }
        }
    }
}

/// What a client shows of a message.
fn shown(message: &Value) -> Value {
    let reactions = message["reactions"].as_array().unwrap().iter();
    let reactions: Vec<Value> =
        reactions.map(|found| json!([found["emoji"], found["count"], found["user_ids"]])).collect();
    json!([message["content"], message["deleted_at"].is_null(), reactions])
}

/// A message that somebody posted.
struct Posted {
    id: String,
    room: usize,
    by: usize,
}

async fn what_is_told_is_what_is_there(mut stead: Stead) {
    let mut dice = Dice(0x5eed);
    let ann = stead.register("ann").await;
    // Nobody answers by themselves.
    ann.patch("/organization", json!({"ai_enabled": false})).await.expect(200);
    let people = [ann.clone(), ann.invite("bob", "member").await, ann.invite("cy", "member").await];
    let mut rooms = Vec::new();
    for name in ["open", "closed"] {
        let users: Vec<&str> = people[1..].iter().map(Account::id).collect();
        let body = json!({"name": name, "kind": "private", "user_ids": users});
        rooms.push(text(&ann.post("/channels", body).await.expect(201)["id"]).to_owned());
    }
    let mut listeners = Vec::new();
    for person in &people {
        listeners.push(Listener::new(person).await);
    }
    let (mut posted, mut cy_is_in): (Vec<Posted>, bool) = (Vec::new(), true);
    for step in 0..STEPS {
        if step == STEPS / 2 {
            // Whoever listens is cut off, and goes on where they were.
            listeners.iter_mut().for_each(|listener| listener.socket = None);
            stead.restart().await;
        }
        if step == STEPS * 2 / 3 {
            listeners[2].come_back().await;
            let cy = people[2].id();
            people[0].delete(&format!("/channels/{}/members/{cy}", rooms[1])).await.expect(204);
            cy_is_in = false;
        }
        let who = dice.below(people.len());
        let room = if who == 2 && !cy_is_in { 0 } else { dice.below(rooms.len()) };
        let content = if room == 1 && !cy_is_in { format!("secret {step}") } else { format!("said {step}") };
        let of_room: Vec<usize> = (0..posted.len()).filter(|n| posted[*n].room == room).collect();
        let any = (!of_room.is_empty()).then(|| of_room[dice.below(of_room.len())]);
        let own = any.filter(|n| posted[*n].by == who);
        match dice.below(10) {
            0..=3 => {
                let parent = any.filter(|_| dice.below(3) == 0).map(|n| posted[n].id.clone());
                let body = json!({"content": content, "parent_id": parent});
                let path = format!("/channels/{}/messages", rooms[room]);
                let said = people[who].post(&path, body).await;
                // The message to reply to may be deleted.
                if said.status == 201 {
                    let id = text(&said.json()["id"]).to_owned();
                    posted.push(Posted { id, room, by: who });
                }
            }
            4 => {
                if let Some(n) = own {
                    people[who].patch(&format!("/messages/{}", posted[n].id), json!({"content": content})).await;
                }
            }
            5 => {
                if let Some(n) = own {
                    people[who].delete(&format!("/messages/{}", posted[n].id)).await;
                }
            }
            6 | 7 => {
                if let Some(n) = any {
                    let emoji = ["%F0%9F%91%8D", "%E2%9D%A4%EF%B8%8F"][dice.below(2)];
                    let path = format!("/messages/{}/reactions/{emoji}", posted[n].id);
                    match dice.below(3) {
                        0 => people[who].delete(&path).await,
                        _ => people[who].put_nothing(&path).await,
                    };
                }
            }
            8 => listeners[who].socket = None,
            _ => listeners[who].come_back().await,
        }
        let somebody = dice.below(people.len());
        listeners[somebody].listen().await;
    }
    people[0].post(&format!("/channels/{}/messages", rooms[0]), json!({"content": "The end"})).await.expect(201);
    for listener in &mut listeners {
        listener.listen_until("The end").await;
    }
    for (n, listener) in listeners.iter().enumerate() {
        for room in rooms.iter().take(if n == 2 { 1 } else { 2 }) {
            let told = listener.rooms.get(room).cloned().unwrap_or_default();
            assert_eq!(told, listener.fresh(room).await, "{n} was told something else than is there");
        }
    }
    let secret = listeners[2].heard.iter().find(|heard| heard.contains("secret"));
    assert_eq!(secret, None, "who was removed hears nothing of the room any more");
    assert!(listeners[1].heard.iter().any(|heard| heard.contains("secret")), "and the others do");
}
