//! Whatever is said, written anew and shown, in any order: what is active is one path, and prompts are that path.

use std::collections::HashMap;

use serde_json::Value;

use super::{all, regenerate, say_after, switch};
use crate::harness::{Account, Stead, Talk, script, talk::text};

on_both!(what_is_active_is_one_path_and_prompts_are_that_path);

/// So many conversations, each with its own seed, and so many steps in each.
const TALKS: u64 = 4;
const STEPS: usize = 14;

#[derive(Debug, Clone, Copy)]
enum Step {
    Say,
    SayAfter,
    Regenerate,
    Switch,
}

/// Numbers that a seed repeats (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % (bound as u64)).expect("a small number")
    }

    fn step(&mut self) -> Step {
        [Step::Say, Step::SayAfter, Step::SayAfter, Step::Regenerate, Step::Switch][self.below(5)]
    }
}

/// What the thread should be: each message's id, the one before it, and what it says, as prompts tell it.
#[derive(Default)]
struct Model {
    messages: Vec<(String, Option<String>, String)>,
    tip: Option<String>,
}

impl Model {
    fn path_to(&self, tip: Option<&str>) -> Vec<&(String, Option<String>, String)> {
        let by_id: HashMap<&str, _> = self.messages.iter().map(|message| (message.0.as_str(), message)).collect();
        let mut path = Vec::new();
        let mut next = tip;
        while let Some(message) = next.and_then(|id| by_id.get(id)) {
            path.push(*message);
            next = message.1.as_deref();
        }
        path.reverse();
        path
    }

    /// The newest of a message and all that came of it.
    fn newest_through(&self, message: &str) -> String {
        let goes_through =
            |tip: &&(String, Option<String>, String)| self.path_to(Some(&tip.0)).iter().any(|(id, ..)| id == message);
        self.messages.iter().filter(goes_through).map(|(id, ..)| id.clone()).max().expect("itself")
    }

    fn take_in(&mut self, message: &Value) {
        let said = format!("{}: {}", text(&message["role"]), text(&message["content"]));
        let before = message["parent_id"].as_str().map(str::to_owned);
        self.messages.push((text(&message["id"]).to_owned(), before, said));
        self.tip = Some(text(&message["id"]).to_owned());
    }
}

async fn what_is_active_is_one_path_and_prompts_are_that_path(stead: Stead) {
    let ann = stead.register("ann").await;
    for seed in 0..TALKS {
        let talk = ann.talk().await;
        let (mut numbers, mut model) = (Numbers(seed), Model::default());
        talk_begins(&talk, &mut model).await;
        for number in 0..STEPS {
            let step = numbers.step();
            take(&stead, (&ann, &talk), &mut model, (step, &mut numbers), &format!("m{number}")).await;
            let expected: Vec<&str> = model.path_to(model.tip.as_deref()).iter().map(|(id, ..)| id.as_str()).collect();
            let messages = talk.messages().await;
            let shown: Vec<&str> = messages.iter().map(|message| text(&message["id"])).collect();
            assert_eq!(shown, expected, "seed {seed}, step {number}: {step:?}");
            let all = all(&ann, &talk).await;
            assert_eq!(all.len(), model.messages.len());
            let active = all.iter().filter(|message| message["active"] == true);
            let active: Vec<&str> = active.map(|message| text(&message["id"])).collect();
            assert_eq!(active, expected, "seed {seed}, step {number}: {step:?}");
        }
    }
}

async fn talk_begins(talk: &Talk, model: &mut Model) {
    talk.say("root").await.expect(201);
    talk.messages().await.iter().for_each(|message| model.take_in(message));
}

async fn take(
    stead: &Stead,
    (ann, talk): (&Account, &Talk),
    model: &mut Model,
    (step, numbers): (Step, &mut Numbers),
    content: &str,
) {
    let message = Value::from(model.messages[numbers.below(model.messages.len())].0.clone());
    let answers: Vec<&str> = model
        .messages
        .iter()
        .filter(|(_, _, said)| said.starts_with("assistant: "))
        .map(|(id, ..)| id.as_str())
        .collect();
    let asked = stead.script().asked().len();
    let answer = match step {
        Step::Say => talk.say(content).await.expect(201),
        Step::SayAfter => say_after(ann, talk, &message, content).await.expect(201),
        Step::Regenerate => {
            let answer = Value::from(answers[numbers.below(answers.len())]);
            regenerate(ann, talk, &answer).await.expect(201)
        }
        Step::Switch => {
            switch(ann, talk, &message).await.expect(200);
            model.tip = Some(model.newest_through(text(&message)));
            return;
        }
    };
    let question = text(&answer["parent_id"]).to_owned();
    if !model.messages.iter().any(|(id, ..)| *id == question) {
        let messages = talk.messages().await;
        let said = messages.iter().find(|message| text(&message["id"]) == question).expect("the question");
        let before = model.tip.clone();
        model.take_in(said);
        if let Step::Say = step {
            assert_eq!(said["parent_id"].as_str(), before.as_deref());
        }
    }
    let told = script::told(&stead.script().asked()[asked]);
    let expected: Vec<&str> = model.path_to(Some(&question)).iter().map(|(_, _, said)| said.as_str()).collect();
    assert_eq!(told[1..], expected, "the prompt of {step:?}");
    model.take_in(&answer);
}
