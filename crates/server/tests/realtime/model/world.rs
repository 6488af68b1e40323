use std::time::Duration;

use serde_json::json;

use super::{Dice, Listener};
use crate::harness::{Account, call::Address, talk::text};

/// A room that nobody leaves, an open one, and one into which one is taken.
pub const ROOMS: usize = 3;
const PLAZA: usize = 0;
const OPEN: usize = 1;
const CLOSED: usize = 2;
/// How many people; the first of them is in every room.
const PEOPLE: usize = 4;

/// People in rooms, and what is known of them.
pub struct World {
    nodes: [Address; 2],
    /// The nodes that there are now.
    pub alive: Vec<usize>,
    dice: Dice,
    people: Vec<Account>,
    pub rooms: Vec<String>,
    is_in: [[bool; ROOMS]; PEOPLE],
    /// What was said in a room while somebody was not in it.
    kept_from: Vec<(usize, usize, String)>,
    listeners: Vec<Listener>,
    /// Somebody of another organization.
    stranger: Listener,
    posted: Vec<Posted>,
    said: usize,
}

/// A message that somebody posted.
struct Posted {
    id: String,
    room: usize,
    by: usize,
}

impl World {
    pub async fn new(ann: &Account, round: u64, nodes: [Address; 2], dice: Dice) -> Self {
        // Nobody answers by themselves.
        ann.patch("/organization", json!({"ai_enabled": false})).await.expect(200);
        let mut people = vec![ann.clone()];
        for name in ["bob", "cy", "dan"] {
            people.push(ann.invite(&format!("{name}{round}"), "member").await);
        }
        let users: Vec<&str> = people[1..].iter().map(Account::id).collect();
        let mut rooms = Vec::new();
        for (name, kind) in [("plaza", "private"), ("open", "public"), ("closed", "private")] {
            let body = json!({"name": name, "kind": kind, "user_ids": users});
            rooms.push(text(&ann.post("/channels", body).await.expect(201)["id"]).to_owned());
        }
        let eve =
            ann.without_token().post("/auth/register", crate::harness::account::registration(&format!("eve{round}")));
        let eve =
            Account::from_sign_in(&ann.without_token(), &format!("eve{round}@example.org"), eve.await.expect(201));
        let mut listeners = Vec::new();
        for (n, person) in people.iter().enumerate() {
            let mut listener = Listener::new(&person.through(&nodes[n % 2])).await;
            listener.node = Some(n % 2);
            listeners.push(listener);
        }
        Self {
            stranger: Listener::new(&eve.through(&nodes[1])).await,
            alive: vec![0, 1],
            dice,
            people,
            rooms,
            is_in: [[true; ROOMS]; PEOPLE],
            kept_from: Vec::new(),
            listeners,
            posted: Vec::new(),
            said: 0,
            nodes,
        }
    }

    pub fn cut_off_all(&mut self) {
        self.listeners.iter_mut().for_each(Listener::cut_off);
        self.stranger.cut_off();
    }

    pub fn cut_off_those_of(&mut self, node: usize) {
        self.listeners.iter_mut().filter(|listener| listener.node == Some(node)).for_each(Listener::cut_off);
    }

    /// At which a node is killed while messages are on their way to it.
    pub fn some_moment(&mut self) -> Duration {
        Duration::from_millis(self.dice.below(60) as u64)
    }

    fn some_node(&mut self) -> usize {
        self.alive[self.dice.below(self.alive.len())]
    }

    /// Somebody, through any of the nodes.
    fn client(&mut self, who: usize) -> Account {
        let node = self.some_node();
        self.people[who].through(&self.nodes[node])
    }

    async fn come_back(&mut self, who: usize) {
        if !self.listeners[who].is_connected() {
            let node = self.some_node();
            let account = self.people[who].through(&self.nodes[node]);
            self.listeners[who].come_back(account, node).await;
        }
    }

    pub async fn take_a_step(&mut self) {
        let (who, room) = (self.dice.below(PEOPLE), self.dice.below(ROOMS));
        let of_room: Vec<usize> = (0..self.posted.len()).filter(|n| self.posted[*n].room == room).collect();
        let any = (!of_room.is_empty()).then(|| of_room[self.dice.below(of_room.len())]);
        let own = any.filter(|n| self.posted[*n].by == who);
        match self.dice.below(13) {
            0 => self.listeners[who].cut_off(),
            1 | 2 => self.come_back(who).await,
            3 | 4 => self.comes_or_goes(who, room).await,
            // Whoever is not in it does nothing there.
            _ if !self.is_in[who][room] => {}
            5 => {
                if let Some(n) = own {
                    let content = self.content(room);
                    let path = format!("/messages/{}", self.posted[n].id);
                    self.client(who).patch(&path, json!({"content": content})).await;
                }
            }
            6 => {
                if let Some(n) = own {
                    let path = format!("/messages/{}", self.posted[n].id);
                    self.client(who).delete(&path).await;
                }
            }
            7 | 8 => {
                if let Some(n) = any {
                    let emoji = ["%F0%9F%91%8D", "%E2%9D%A4%EF%B8%8F"][self.dice.below(2)];
                    let path = format!("/messages/{}/reactions/{emoji}", self.posted[n].id);
                    let (client, takes_back) = (self.client(who), self.dice.below(3) == 0);
                    if takes_back {
                        client.delete(&path).await
                    } else {
                        client.put_nothing(&path).await
                    };
                }
            }
            _ => {
                let parent = any.filter(|_| self.dice.below(3) == 0).map(|n| self.posted[n].id.clone());
                let body = json!({"content": self.content(room), "parent_id": parent});
                let said = self.client(who).post(&format!("/channels/{}/messages", self.rooms[room]), body).await;
                // The message to reply to may be deleted.
                if said.status == 201 {
                    self.posted.push(Posted { id: text(&said.json()["id"]).to_owned(), room, by: who });
                }
            }
        }
        let somebody = self.dice.below(PEOPLE);
        self.listeners[somebody].listen().await;
    }

    /// Something that was never said before, and that those who are not in the room are not to hear.
    fn content(&mut self, room: usize) -> String {
        self.said += 1;
        let content = format!("said {}", self.said);
        let outside = (0..PEOPLE).filter(|who| !self.is_in[*who][room]);
        self.kept_from.extend(outside.map(|who| (who, room, content.clone())));
        content
    }

    async fn comes_or_goes(&mut self, who: usize, room: usize) {
        if who == 0 || room == PLAZA {
            return;
        }
        let (path, by_others) = (format!("/channels/{}", self.rooms[room]), room == CLOSED || self.dice.below(2) == 0);
        let member = format!("{path}/members/{}", self.people[who].id());
        let is_in = self.is_in[who][room];
        if !is_in {
            // What they missed they may read from now on: until now they heard nothing of it.
            self.listeners[who].catch_up().await;
            self.heard_nothing_that_is_kept_from(who);
            self.kept_from.retain(|(from, of, _)| (*from, *of) != (who, room));
        }
        let (themselves, ann) = (self.client(who), self.client(0));
        match (is_in, by_others) {
            (true, true) => ann.delete(&member).await.expect(204),
            (true, false) => themselves.post_nothing(&format!("{path}/leave")).await.expect(204),
            (false, true) => ann.put_nothing(&member).await.expect(200),
            (false, false) => {
                assert_eq!(room, OPEN);
                themselves.post_nothing(&format!("{path}/join")).await.expect(200)
            }
        };
        self.is_in[who][room] = !is_in;
    }

    fn heard_nothing_that_is_kept_from(&self, who: usize) {
        for (_, room, content) in self.kept_from.iter().filter(|(from, ..)| *from == who) {
            assert!(!self.listeners[who].has_heard(content), "{who} heard {content:?} of {room}");
        }
    }

    /// Everybody knows what is there, and nothing else.
    pub async fn ends_with_everybody_knowing_what_is_there(mut self) {
        for who in 0..PEOPLE {
            self.come_back(who).await;
        }
        let path = format!("/channels/{}/messages", self.rooms[PLAZA]);
        self.people[0].post(&path, json!({"content": "The end"})).await.expect(201);
        for who in 0..PEOPLE {
            self.listeners[who].listen_until("The end").await;
            for room in 0..ROOMS {
                let is_in = self.is_in[who][room];
                self.listeners[who].knows(&self.rooms[room], is_in, &format!("{who} in {room}")).await;
            }
            self.heard_nothing_that_is_kept_from(who);
        }
        if !self.stranger.is_connected() {
            let (account, node) = (self.stranger.account(), self.alive[0]);
            self.stranger.come_back(account.through(&self.nodes[node]), node).await;
        }
        self.stranger.catch_up().await;
        let rooms = &self.rooms;
        let foreign = self.stranger.heard.iter().find(|heard| rooms.iter().any(|room| heard.contains(room.as_str())));
        assert_eq!(foreign, None);
    }
}
