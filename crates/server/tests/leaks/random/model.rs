//! Who may read what, by the rules.

use std::{collections::BTreeSet, fmt::Write as _};

use serde_json::{Value, json};
use stead_domain::ports::presence::{ConnectionStatus, Presence};
use stead_testkit::fakes::{FakeVectorStore, VectorFault, VectorLie};

use super::Scene;
use crate::{
    harness::{Account, Talk, talk::text},
    realtime::Socket,
};

/// Who founded the organization, and makes its rooms and stays in them; an admin of it; two members, of whom the second comes
/// and goes; and somebody of another organization.
pub const PEOPLE: usize = 5;
pub const FOUNDER: usize = 0;
pub const SOMETIMES: usize = 3;
pub const STRANGER: usize = 4;

/// A word that stands in one text, and in answers that were made from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Word {
    seed: u64,
    n: usize,
}

impl Word {
    pub fn text(self) -> String {
        format!("word-{}-{}-x", self.seed, self.n)
    }
}

pub type Words = BTreeSet<Word>;

/// The words that a text holds, of whatever sequence.
pub fn words_in(text: &str) -> Words {
    let read = |rest: &str| {
        let (seed, rest) = rest.split_once('-')?;
        let (n, _) = rest.split_once("-x")?;
        Some(Word { seed: seed.parse().ok()?, n: n.parse().ok()? })
    };
    text.split("word-").skip(1).filter_map(read).collect()
}

/// What the index of vectors does from the middle of a sequence on.
#[derive(Debug, Clone, Copy)]
pub enum Index {
    Works,
    Lies,
    StandsStill,
    IsAway,
}

impl Index {
    pub fn set_on(self, vectors: &FakeVectorStore, is_late: bool) {
        match self {
            Self::Works => {}
            Self::Lies => vectors.lie([
                VectorLie::IgnoresTheFilter,
                VectorLie::IgnoresTheOrganization,
                VectorLie::KeepsWhatWasDeleted,
            ]),
            Self::StandsStill if is_late => vectors.freeze(),
            Self::StandsStill => {}
            Self::IsAway => vectors.break_with(VectorFault::Down),
        }
    }
}

/// Where something was said or shared: a room, a conversation beside one, or a thread, by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Room(usize),
    Beside(usize),
    Thread(usize),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Open,
    Closed,
    Pair,
    Own,
}

pub struct Room {
    pub id: String,
    pub kind: Kind,
    pub members: BTreeSet<usize>,
    pub has_helper: bool,
    pub is_gone: bool,
}

pub struct Beside {
    pub id: String,
    pub room: usize,
    pub of: usize,
}

pub struct Thread {
    pub talk: Talk,
    pub of: usize,
    /// Whose agent it is with, where it is a person's.
    pub owner: Option<usize>,
}

/// Something that was said, by a person or a model. What was deleted, or edited away, is not there.
pub struct Said {
    pub id: String,
    pub by: Option<usize>,
    pub place: Place,
    pub words: Words,
}

/// A file, and the messages that it lies in.
pub struct Shared {
    pub id: String,
    pub by: usize,
    pub word: Word,
    /// The room that it was shared in.
    pub from: usize,
    pub lies_in: Vec<(Place, String)>,
}

pub struct Model {
    seed: u64,
    next: usize,
    pub people: Vec<Account>,
    pub away: BTreeSet<usize>,
    pub rooms: Vec<Room>,
    pub beside: Vec<Beside>,
    pub threads: Vec<Thread>,
    pub said: Vec<Said>,
    pub files: Vec<Shared>,
    /// The words of files that go with a deleted room, some time soon: whoever brought them may find them until then.
    pub fading: Vec<Words>,
    /// What each leaves out of what is said in their stead.
    pub left_out: Vec<BTreeSet<usize>>,
    pub helper: String,
    pub agents: Vec<String>,
    pub sockets: Vec<Option<Socket>>,
    /// What each could have read at some time.
    pub could_read: Vec<Words>,
    pub told: usize,
    pub story: Story,
}

/// What has happened, told when it ends badly.
pub struct Story {
    seed: u64,
    text: String,
}

impl Story {
    pub fn tell(&mut self, what: impl AsRef<str>) {
        let _infallible = writeln!(self.text, "  {}", what.as_ref());
    }
}

impl Drop for Story {
    #[expect(clippy::print_stdout, reason = "whoever looks for what went wrong reads it")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("STEAD_TEST_LEAK_SEED={}:\n{}", self.seed, self.text);
        }
    }
}

impl Model {
    pub async fn begin(scene: &Scene, seed: u64) -> Self {
        let founder = scene.stead.register(&format!("p0s{seed}")).await;
        let mut people = vec![founder.clone()];
        for (n, role) in [(1, "admin"), (2, "member"), (3, "member")] {
            people.push(founder.invite(&format!("p{n}s{seed}"), role).await);
        }
        people.push(scene.stead.register(&format!("p4s{seed}")).await);
        let story = Story { seed, text: String::new() };
        let mut model = Self {
            seed,
            next: 0,
            away: BTreeSet::new(),
            rooms: Vec::new(),
            beside: Vec::new(),
            threads: Vec::new(),
            said: Vec::new(),
            files: Vec::new(),
            fading: vec![Words::new(); PEOPLE],
            left_out: vec![BTreeSet::new(); PEOPLE],
            helper: String::new(),
            agents: Vec::new(),
            sockets: Vec::new(),
            could_read: vec![Words::new(); PEOPLE],
            told: 0,
            story,
            people,
        };
        model.furnish().await;
        for n in 0..PEOPLE {
            model.is(scene, n, ConnectionStatus::Online);
            let socket = Socket::open(&model.people[n]).await.0;
            model.sockets.push(Some(socket));
        }
        model
    }

    async fn furnish(&mut self) {
        let users = [self.people[1].id(), self.people[2].id()];
        for (kind, body) in [
            (Kind::Open, json!({"kind": "public", "name": "Open"})),
            (Kind::Closed, json!({"kind": "private", "name": "One"})),
            (Kind::Closed, json!({"kind": "private", "name": "Two", "user_ids": users})),
            (Kind::Closed, json!({"kind": "group", "user_ids": users})),
        ] {
            let members = if body["user_ids"].is_array() { vec![0, 1, 2] } else { vec![0] };
            let made = self.people[FOUNDER].post("/channels", body).await.expect(201);
            self.add_room(text(&made["id"]), kind, &members);
        }
        for (one, other) in [(0, 1), (1, 2), (2, 3), (0, 3)] {
            let pair = crate::stand_ins::direct(&self.people[one], &self.people[other]).await;
            self.add_room(&pair, Kind::Pair, &[one, other]);
        }
        for n in 0..PEOPLE {
            let own = self.people[n].own_channel().await;
            self.add_room(&own, Kind::Own, &[n]);
        }
        let elsewhere = self.people[STRANGER].post("/channels", json!({"kind": "public", "name": "Open"})).await;
        self.add_room(text(&elsewhere.expect(201)["id"]), Kind::Open, &[STRANGER]);
        let agent = json!({
            "handle": "helper", "display_name": "Helper", "kind": "organization", "knowledge": "shared_channels",
        });
        let helper = self.people[FOUNDER].post("/agents", agent).await.expect(201);
        self.helper = text(&helper["id"]).to_owned();
        for n in 0..PEOPLE {
            let agents = self.people[n].get("/agents").await.expect(200);
            let own = |agent: &&Value| agent["owner_user_id"] == self.people[n].id();
            let own = agents["agents"].as_array().unwrap().iter().find(own).unwrap();
            let id = text(&own["id"]).to_owned();
            self.people[n].patch(&format!("/agents/{id}"), json!({"knowledge": "shared_channels"})).await.expect(200);
            self.people[n].put("/ai/persona/me", json!({"mention_cooldown_s": 0})).await.expect(200);
            self.agents.push(id);
        }
    }

    fn add_room(&mut self, id: &str, kind: Kind, members: &[usize]) {
        let members = members.iter().copied().collect();
        self.rooms.push(Room { id: id.to_owned(), kind, members, has_helper: false, is_gone: false });
    }

    pub fn is(&self, scene: &Scene, who: usize, status: ConnectionStatus) {
        let account = &self.people[who];
        let organization = text(&account.organization["id"]).parse().unwrap();
        scene.presence.set(organization, account.id().parse().unwrap(), Presence { status, last_seen_at: None });
    }

    pub fn new_word(&mut self) -> Word {
        self.next += 1;
        Word { seed: self.seed, n: self.next }
    }

    pub fn is_in(&self, who: usize, room: usize) -> bool {
        let room = &self.rooms[room];
        !room.is_gone && room.members.contains(&who) && !self.away.contains(&who)
    }

    /// Rooms that somebody is in.
    pub fn rooms_of(&self, who: usize) -> Vec<usize> {
        (0..self.rooms.len()).filter(|room| self.is_in(who, *room)).collect()
    }

    pub fn rooms_of_both(&self, one: usize, other: usize) -> Vec<usize> {
        self.rooms_of(one).into_iter().filter(|room| self.is_in(other, *room)).collect()
    }

    pub fn may_read(&self, who: usize, place: Place) -> bool {
        match place {
            Place::Room(room) => self.is_in(who, room),
            Place::Beside(n) => self.beside[n].of == who && self.is_in(who, self.beside[n].room),
            Place::Thread(n) => self.threads[n].of == who && !self.away.contains(&who),
        }
    }

    /// The words that were said, or lie in files, in these places.
    pub fn words_of(&self, is_one: impl Fn(Place) -> bool) -> Words {
        let said = self.said.iter().filter(|said| is_one(said.place)).flat_map(|said| said.words.iter().copied());
        let lies = |file: &&Shared| file.lies_in.iter().any(|(place, _)| is_one(*place));
        said.chain(self.files.iter().filter(lies).map(|file| file.word)).collect()
    }

    pub fn words_of_rooms(&self, rooms: &[usize]) -> Words {
        self.words_of(|place| matches!(place, Place::Room(room) if rooms.contains(&room)))
    }

    /// All that somebody may read.
    pub fn words_for(&self, who: usize) -> Words {
        let own = self.files.iter().filter(|file| file.by == who && !self.away.contains(&who)).map(|file| file.word);
        let mut words = self.words_of(|place| self.may_read(who, place));
        words.extend(own);
        words
    }

    /// Those, and what is not gone yet though it will be.
    pub fn words_that_may_be_found_by(&self, who: usize) -> Words {
        self.words_for(who).union(&self.fading[who]).copied().collect()
    }

    /// What others said to somebody's agent, and it to them.
    pub fn words_overseen_by(&self, who: usize) -> Words {
        let oversees = |n: usize| self.threads[n].owner == Some(who) && self.threads[n].of != who;
        self.words_of(|place| matches!(place, Place::Thread(n) if oversees(n)))
    }

    pub fn note_who_may_read(&mut self) {
        for who in 0..PEOPLE {
            let words = self.words_for(who).into_iter().chain(self.words_overseen_by(who)).collect::<Vec<_>>();
            self.could_read[who].extend(words);
        }
    }

    /// No word but these.
    #[track_caller]
    pub fn only(&self, words: &Words, may: &Words, what: &str) {
        let foreign: Vec<&Word> = words.difference(may).collect();
        assert!(foreign.is_empty(), "{what}: {foreign:?} of {words:?}, may be {may:?}");
    }
}
