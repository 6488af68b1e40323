//! Whoever joins, leaves, is removed or deactivated, says, edits, deletes, shares files and asks, in any order and with any
//! index: what anybody is told or shown is what all who read it may read then.
//!
//! Every text holds a word of its own. `model` knows by the rules alone who may read which; `steps` are things that happen,
//! `asks` are all the ways to be told or shown something, each compared with the model: the prompts that the test's model
//! got, answers, lists, and what came to open sockets. At the end of a sequence everybody finds all that they may read.
//!
//! A sequence has 40 steps, in an organization of its own, with an index that works, lies, stands still or is away. A few of
//! them run with the other tests; `make leaks` runs as many as `STEAD_TEST_LEAK_CASES` says, with a runner that has no time
//! limit. What fails prints its seed and its steps; `STEAD_TEST_LEAK_SEED=7` runs that one again, or begins with it.

mod asks;
mod heard;
mod model;
mod steps;

use std::sync::Arc;

use stead_testkit::fakes::{FakeLlm, FakePresence, FakeReply, FakeVectorStore};

use self::model::{Index, Model, words_in};
use crate::{
    harness::{Setup, Stead},
    stand_ins::all_of,
};

on_both!(whatever_happens_nobody_is_told_what_they_may_not_read);

/// So many sequences, each with its own seed, of so many steps.
const CASES: u64 = 4;
const STEPS: usize = 40;

/// Numbers that a seed repeats (SplitMix64).
pub struct Numbers(u64);

impl Numbers {
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % (bound as u64)).expect("a small number")
    }

    /// One of them, if there are any.
    pub fn one_of<T: Copy>(&mut self, some: &[T]) -> Option<T> {
        (!some.is_empty()).then(|| some[self.below(some.len())])
    }
}

/// What all sequences are played on.
pub struct Scene {
    pub stead: Stead,
    pub presence: Arc<FakePresence>,
    pub vectors: FakeVectorStore,
}

#[expect(clippy::print_stdout, reason = "whoever lets it run for long reads how much there was")]
async fn whatever_happens_nobody_is_told_what_they_may_not_read(setup: Setup) {
    let (presence, vectors) = (Arc::new(FakePresence::new()), FakeVectorStore::new());
    let stead = setup.vectors(&vectors).presence(&presence).start().await;
    repeats_words(stead.llm());
    let scene = Scene { stead, presence, vectors };
    let first = set("STEAD_TEST_LEAK_SEED");
    let cases = set("STEAD_TEST_LEAK_CASES").unwrap_or(if first.is_some() { 1 } else { CASES });
    let (first, mut told) = (first.unwrap_or(0), 0);
    for seed in first..first + cases {
        told += sequence(&scene, seed).await;
    }
    assert!(told as u64 >= cases, "next to nothing was told in {cases} sequences");
    println!("{cases} sequences, {told} words told, no difference");
}

#[expect(clippy::disallowed_methods, reason = "who starts the tests says how long they last")]
fn set(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|number| number.parse().unwrap_or_else(|_| panic!("{variable} is a number")))
}

/// Says some of the words that it was told.
fn repeats_words(llm: &FakeLlm) {
    llm.answer_with(|request| {
        let words = words_in(&all_of(request));
        let some: Vec<String> = words.iter().rev().take(3).map(|word| word.text()).collect();
        FakeReply::text(format!("- The pumpkin harvest: {} [1]", some.join(" ")))
    });
}

/// How many words a model was told in it.
async fn sequence(scene: &Scene, seed: u64) -> usize {
    scene.vectors.forget();
    let mut numbers = Numbers(seed);
    let index = [Index::Works, Index::Lies, Index::StandsStill, Index::IsAway][(seed % 4) as usize];
    let mut model = Model::begin(scene, seed).await;
    index.set_on(&scene.vectors, false);
    for step in 0..STEPS {
        if step == STEPS / 3 {
            index.set_on(&scene.vectors, true);
        }
        if numbers.below(2) == 0 {
            model.happens(scene, &mut numbers).await;
        } else {
            model.asks(scene, &mut numbers).await;
        }
        model.note_who_may_read();
    }
    model.everybody_finds_what_is_theirs().await;
    model.nobody_heard_more(scene).await;
    scene.vectors.mend();
    model.told
}
