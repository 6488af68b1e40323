use std::{
    collections::{BTreeMap, HashMap, HashSet},
    time::Duration,
};

use serde_json::{Value, json};

use crate::{
    harness::{Account, talk::text},
    realtime::Socket,
};

/// Somebody who listens as a client does, and forgets nothing that they heard.
pub struct Listener {
    /// Their place among the nodes, while they are connected.
    pub node: Option<usize>,
    account: Account,
    socket: Option<Socket>,
    seq: String,
    told: HashSet<String>,
    rooms: HashMap<String, BTreeMap<String, Value>>,
    /// Everything, as it was written.
    pub heard: Vec<String>,
}

impl Listener {
    pub async fn new(account: &Account) -> Self {
        let (socket, begin) = Socket::open(account).await;
        Self {
            node: None,
            account: account.clone(),
            socket: Some(socket),
            seq: begin.seq,
            told: HashSet::new(),
            rooms: HashMap::new(),
            heard: Vec::new(),
        }
    }

    pub fn account(&self) -> Account {
        self.account.clone()
    }

    pub fn cut_off(&mut self) {
        (self.socket, self.node) = (None, None);
    }

    pub fn is_connected(&self) -> bool {
        self.socket.is_some()
    }

    /// Goes on where they were, perhaps at another node.
    pub async fn come_back(&mut self, through: Account, node: usize) {
        self.account = through;
        if self.socket.is_none() {
            self.socket = Some(Socket::open_since(&self.account, &self.seq).await);
        }
        self.node = Some(node);
    }

    /// What a client does with what it is told.
    async fn take(&mut self, event: &Value) {
        let kind = text(&event["type"]);
        assert_ne!(kind, "resync", "nothing was missed");
        if let Some(seq) = event["seq"].as_str() {
            self.seq = seq.to_owned();
            assert!(kind == "heartbeat" || self.told.insert(seq.to_owned()), "told twice: {event}");
        }
        self.heard.push(event.to_string());
        let (data, Some(room)) = (&event["data"], event["channel_id"].as_str()) else { return };
        let (message, me) = (&data["message"], self.account.id());
        if kind == "member.removed" && data["member_id"] == me {
            self.rooms.remove(room);
        } else if kind == "member.added" && data["member"]["user_id"] == me {
            let fresh = self.fresh(room).await;
            self.rooms.insert(room.to_owned(), fresh);
        } else if let Some(id) = message["id"].as_str() {
            self.rooms.entry(room.to_owned()).or_default().insert(id.to_owned(), shown(message));
        }
    }

    /// Listens for a moment.
    pub async fn listen(&mut self) {
        while let Some(socket) = &mut self.socket {
            match tokio::time::timeout(Duration::from_millis(3), socket.next()).await {
                Ok(event) => self.take(&event).await,
                Err(_elapsed) => return,
            }
        }
    }

    /// Listens until all that was sent by now has come.
    pub async fn catch_up(&mut self) {
        let Some(socket) = &mut self.socket else { return };
        socket.send(json!({"type": "ping"})).await;
        while let Some(socket) = &mut self.socket {
            let event = socket.next().await;
            if event["type"] == "pong" {
                return;
            }
            self.take(&event).await;
        }
    }

    pub async fn listen_until(&mut self, content: &str) {
        while let Some(socket) = &mut self.socket {
            let event = socket.next().await;
            self.take(&event).await;
            if event["data"]["message"]["content"] == content {
                return;
            }
        }
    }

    pub fn has_heard(&self, content: &str) -> bool {
        let written = json!(content).to_string();
        self.heard.iter().any(|heard| heard.contains(&written))
    }

    /// What they know of a room is what is there; of one that they are not in they know nothing.
    pub async fn knows(&self, room: &str, is_in: bool, who: &str) {
        let known = self.rooms.get(room);
        if is_in {
            let known = known.cloned().unwrap_or_default();
            assert_eq!(known, self.fresh(room).await, "{who} was told something else than is there");
        } else {
            assert_eq!(known, None, "{who} is not in it");
        }
    }

    /// What there is of a room that they may read; nothing where they may not, any more.
    async fn fresh(&self, room: &str) -> BTreeMap<String, Value> {
        let mut all = BTreeMap::new();
        let mut path = format!("/channels/{room}/messages?limit=100");
        loop {
            let answer = self.account.get(&path).await;
            if answer.status != 200 {
                return all;
            }
            let page = answer.json();
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
