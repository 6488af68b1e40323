use serde_json::{Value, json};

use crate::harness::{Account, Talk, eventually};

/// Somebody who says one thing after the other in a thread, each with its key.
pub struct Writer {
    ann: Account,
    talk: Talk,
    /// What was said and acknowledged, in order.
    acknowledged: Vec<String>,
    /// What was sent and never answered.
    in_flight: Option<String>,
    /// The runs that answer it.
    runs: Vec<String>,
    /// How many of those were killed on their way.
    pub begun_anew: usize,
}

impl Writer {
    pub async fn new(ann: &Account) -> Self {
        let talk = ann.talk().await;
        Self { ann: ann.clone(), talk, acknowledged: Vec::new(), in_flight: None, runs: Vec::new(), begun_anew: 0 }
    }

    /// The same with another sign-in.
    pub fn with(self, ann: &Account) -> Self {
        let talk = Talk::new(ann, "/chat/default/threads", &self.talk.thread);
        Self { ann: ann.clone(), talk, ..self }
    }

    /// How much.
    pub fn said(&self) -> usize {
        self.acknowledged.len()
    }

    pub async fn write_until_it_dies(&mut self) {
        for number in 0.. {
            let said = format!("message {number:04} of {}", self.talk.id);
            match self.send(&said).await {
                Some((202, run)) => self.note(said, &run),
                // The thread is full for now: this one was not taken.
                Some((409, _)) => tokio::task::yield_now().await,
                Some((status, body)) => panic!("{status}: {body}"),
                None => {
                    self.in_flight = Some(said);
                    return;
                }
            }
        }
    }

    /// After a restart: what was in flight is sent again, every run ends, everything is there once and in order with its
    /// answer, and the thread goes on.
    pub async fn is_taken_up_again(&mut self, round: usize) {
        if let Some(said) = self.in_flight.take() {
            // Whatever had become of it.
            let run = eventually("room in the thread", async || {
                let (status, body) = self.send(&said).await.expect("an answer");
                assert!([202, 409].contains(&status), "{body}");
                (status == 202).then_some(body)
            });
            let run = run.await;
            self.note(said, &run);
        }
        for run in &self.runs {
            let ended = self.talk.ended(run).await;
            assert_eq!(ended["status"], "completed", "round {round}: {ended}");
            self.begun_anew += usize::from(ended["attempt"] != json!(1));
        }
        let when = format!("round {round}");
        self.has_all_of_it(&when).await;
        let next = self.talk.say("and the next turn").await.expect(201);
        assert_eq!(next["content"], "and the next turn", "{when}");
        self.acknowledged.push("and the next turn".to_owned());
    }

    /// Everything that was acknowledged is there once, in order, answered, and nothing else is.
    pub async fn has_all_of_it(&self, when: &str) {
        let expected: Vec<String> =
            self.acknowledged.iter().flat_map(|said| [format!("user: {said}"), format!("assistant: {said}")]).collect();
        let messages = self.all_messages().await;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let there: Vec<String> =
            messages.iter().map(|one| format!("{}: {}", text(&one["role"]), text(&one["content"]))).collect();
        assert_eq!(there, expected, "{when}: everything once, and nothing else");
        assert!(messages.iter().all(|one| one["status"] == "complete"), "{when}: {messages:#?}");
    }

    async fn send(&self, said: &str) -> Option<(u16, Value)> {
        // What is said is its own key.
        let call = self.ann.post(&self.talk.at("/messages"), json!({"content": said})).key(said);
        call.header("prefer", "respond-async").try_send().await
    }

    fn note(&mut self, said: String, run: &Value) {
        self.acknowledged.push(said);
        self.runs.push(run["id"].as_str().expect("a run").to_owned());
    }

    async fn all_messages(&self) -> Vec<Value> {
        let (mut messages, mut after) = (Vec::new(), "00000000-0000-0000-0000-000000000000".to_owned());
        loop {
            let page = self.ann.get(&self.talk.at(&format!("/messages?limit=100&after={after}"))).await.expect(200);
            messages.extend(page["messages"].as_array().expect("messages").iter().cloned());
            match page["next_after"].as_str() {
                Some(next) => next.clone_into(&mut after),
                None => return messages,
            }
        }
    }
}
