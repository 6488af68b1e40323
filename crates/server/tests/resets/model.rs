use std::{collections::HashMap, time::Duration};

use stead_testkit::fakes::FakeReply;
use tokio::sync::watch;

use crate::harness::{Stead, patience::soon, script::asked};

/// What is answered to everything.
pub const ANSWER: &str = "a few words that take a little while";
const BETWEEN_WORDS: Duration = Duration::from_millis(1);

/// A model that counts how often it was asked what.
pub struct Model(watch::Sender<HashMap<String, usize>>);

impl Model {
    pub fn new(stead: &Stead) -> Self {
        let times = watch::Sender::new(HashMap::new());
        let counting = times.clone();
        stead.llm().answer_with(move |request| {
            counting.send_modify(|times| *times.entry(asked(request)).or_insert(0) += 1);
            FakeReply::pieces(ANSWER.split_inclusive(' ')).slow(BETWEEN_WORDS)
        });
        Self(times)
    }

    /// Waits until it was asked this.
    pub async fn is_asked(&self, said: &str) {
        let mut times = self.0.subscribe();
        soon(said, times.wait_for(|times| times.contains_key(said))).await.expect("the sender is here");
    }

    pub fn asked(&self) -> HashMap<String, usize> {
        self.0.borrow().clone()
    }
}
