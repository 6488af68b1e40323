//! Whoever joins, leaves, says, edits and deletes, in any order: what is told is what all readers may read then.
//!
//! `LEAK_CASES` makes it longer.

use std::collections::BTreeSet;

use serde_json::json;
use stead_testkit::fakes::{FakeVectorStore, VectorLie};

use crate::{
    harness::{Account, Setup, talk::text},
    stand_ins::{House, all_of, direct, say},
};

on_both!(whatever_happens_nothing_is_told_that_not_all_may_read);

/// So many sequences, each with its own seed, of so many steps.
const CASES: u64 = 2;
const STEPS: usize = 40;
const ROOMS: usize = 3;

/// Numbers that a seed repeats (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % (bound as u64)).expect("a small number")
    }
}

/// Something that was said, and what it says now, if it is still there.
struct Said {
    id: String,
    by: usize,
    room: usize,
    says: Option<String>,
}

/// What is so, as the test knows it. Person 0 makes the rooms and stays.
struct Model {
    people: Vec<Account>,
    rooms: Vec<String>,
    members: Vec<BTreeSet<usize>>,
    said: Vec<Said>,
    /// Every word that was ever said.
    words: Vec<String>,
    seed: u64,
}

impl Model {
    /// What two may both read now.
    fn readable(&self, one: usize, other: usize) -> BTreeSet<&str> {
        let is_shared = |room: usize| self.members[room].contains(&one) && self.members[room].contains(&other);
        self.said.iter().filter(|said| is_shared(said.room)).filter_map(|said| said.says.as_deref()).collect()
    }

    fn new_word(&mut self) -> String {
        let word = word(self.seed, self.words.len());
        self.words.push(word.clone());
        word
    }
}

fn word(seed: u64, n: usize) -> String {
    format!("word-{seed}-{n}-x")
}

async fn whatever_happens_nothing_is_told_that_not_all_may_read(setup: Setup) {
    #[expect(clippy::disallowed_methods, reason = "who starts the tests says how long they last")]
    let said = std::env::var("STEAD_TEST_LEAK_CASES");
    let cases = said.ok().and_then(|cases| cases.parse().ok()).unwrap_or(CASES);
    let vectors = FakeVectorStore::new();
    let house = House::of(setup.vectors(&vectors)).await;
    let cy = house.newcomer("cy").await;
    for seed in 0..cases {
        vectors.lie(if seed % 2 == 0 {
            Vec::new()
        } else {
            vec![VectorLie::IgnoresTheFilter, VectorLie::IgnoresTheOrganization, VectorLie::KeepsWhatWasDeleted]
        });
        let mut model = begin(&house, &cy, seed).await;
        let mut numbers = Numbers(seed);
        for step in 0..STEPS {
            take(&house, &mut model, &mut numbers, &format!("seed {seed}, step {step}")).await;
        }
    }
}

async fn begin(house: &House, cy: &Account, seed: u64) -> Model {
    let people = vec![house.ann.clone(), house.ben.clone(), cy.clone()];
    let (mut rooms, mut members) = (Vec::new(), Vec::new());
    for n in 0..ROOMS {
        let body = json!({"kind": "private", "name": format!("Room {seed} {n}")});
        rooms.push(text(&people[0].post("/channels", body).await.expect(201)["id"]).to_owned());
        members.push(BTreeSet::from([0]));
    }
    for (one, other) in [(0, 1), (1, 2), (0, 2)] {
        rooms.push(direct(&people[one], &people[other]).await);
        members.push(BTreeSet::from([one, other]));
    }
    Model { people, rooms, members, said: Vec::new(), words: Vec::new(), seed }
}

async fn take(house: &House, model: &mut Model, numbers: &mut Numbers, what: &str) {
    match numbers.below(8) {
        0 | 1 => {
            let (room, who) = (numbers.below(ROOMS), 1 + numbers.below(2));
            let at = format!("/channels/{}/members/{}", model.rooms[room], model.people[who].id());
            if model.members[room].remove(&who) {
                model.people[0].delete(&at).await.expect(204);
            } else {
                model.people[0].put_nothing(&at).await.expect(200);
                model.members[room].insert(who);
            }
        }
        2..=4 => {
            let room = numbers.below(model.rooms.len());
            let members: Vec<usize> = model.members[room].iter().copied().collect();
            let (by, word) = (members[numbers.below(members.len())], model.new_word());
            // Nobody answers but the test asks.
            house.presence.set_down(true);
            let said = say(&model.people[by], &model.rooms[room], &format!("The pumpkin harvest is {word}")).await;
            house.presence.set_down(false);
            model.said.push(Said { id: text(&said["id"]).to_owned(), by, room, says: Some(word) });
        }
        5 => {
            let deletes = numbers.below(2) == 0;
            let there = |said: &&mut Said| said.says.is_some() && model.members[said.room].contains(&said.by);
            let word = word(model.seed, model.words.len());
            let mut there: Vec<&mut Said> = model.said.iter_mut().filter(there).collect();
            if there.is_empty() {
                return;
            }
            let which = numbers.below(there.len());
            let said = &mut *there[which];
            let (by, at) = (&model.people[said.by], format!("/messages/{}", said.id));
            if deletes {
                by.delete(&at).await.expect(204);
                said.says = None;
            } else {
                by.patch(&at, json!({"content": format!("The pumpkin harvest is {word}")})).await.expect(200);
                said.says = Some(word.clone());
                model.words.push(word);
            }
        }
        _ => {
            let one = numbers.below(3);
            let other = (one + 1 + numbers.below(2)) % 3;
            let before = house.stead.llm().requests().len();
            let of = format!("/ai/persona/{}", model.people[other].id());
            let question = json!({"message": "How is the pumpkin harvest?"});
            model.people[one].post(&of, question).await.expect(200);
            let asked = house.stead.llm().requests().split_off(before);
            let told: String = asked.iter().map(all_of).collect();
            let may = model.readable(one, other);
            for word in &model.words {
                assert!(!told.contains(word) || may.contains(word.as_str()), "{what}: {word} was told: {told}");
            }
        }
    }
}
