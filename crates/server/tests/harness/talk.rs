//! A thread, as the one whose it is sees it.

use serde_json::{Value, json};

use super::{Answer, Client, Events, call::Address};

/// A thread and its place in the API.
#[derive(Clone)]
pub struct Talk {
    client: Client,
    pub id: String,
    pub path: String,
    /// As it was when it was made.
    pub thread: Value,
}

impl Talk {
    pub fn new(client: &Client, threads: &str, thread: &Value) -> Self {
        let id = thread["id"].as_str().expect("a thread's id").to_owned();
        Self { client: client.clone(), path: format!("{threads}/{id}"), id, thread: thread.clone() }
    }

    /// Below the thread: `talk.at("/messages")`.
    pub fn at(&self, rest: &str) -> String {
        format!("{}{rest}", self.path)
    }

    /// Says something and waits for the answer.
    pub async fn say(&self, content: &str) -> Answer {
        self.client.post(&self.at("/messages"), json!({"content": content})).await
    }

    /// Says something and follows the answer.
    pub async fn stream(&self, content: &str) -> Events {
        self.client.post(&self.at("/messages"), json!({"content": content})).stream().await
    }

    /// Says something and gets the run at once.
    pub async fn send(&self, content: &str) -> Value {
        let call = self.client.post(&self.at("/messages"), json!({"content": content}));
        call.header("prefer", "respond-async").await.expect(202)
    }

    /// The thread as it is now.
    pub async fn read(&self) -> Value {
        self.client.get(&self.path).await.expect(200)
    }

    /// Its newest messages, oldest first.
    pub async fn messages(&self) -> Vec<Value> {
        let page = self.client.get(&self.at("/messages")).await.expect(200);
        page["messages"].as_array().expect("messages").clone()
    }

    /// The same as `role: content`.
    pub async fn transcript(&self) -> Vec<String> {
        let said = |message: &Value| format!("{}: {}", text(&message["role"]), text(&message["content"]));
        self.messages().await.iter().map(said).collect()
    }

    /// The run of that id as it is now.
    pub async fn run(&self, id: &str) -> Value {
        self.client.get(&self.at(&format!("/runs/{id}"))).await.expect(200)
    }

    /// The stream of a run, from its beginning.
    pub async fn follow(&self, id: &str) -> Events {
        self.client.get(&self.at(&format!("/runs/{id}/events"))).stream().await
    }

    /// The stream of a run, after a place in it.
    pub async fn follow_from(&self, id: &str, place: &str) -> Events {
        let call = self.client.get(&self.at(&format!("/runs/{id}/events")));
        call.header("last-event-id", place).stream().await
    }

    /// The same thread through another process.
    pub fn through(&self, address: &Address) -> Self {
        Self { client: self.client.through(address), ..self.clone() }
    }

    /// Stops a run.
    pub async fn cancel(&self, id: &str) -> Value {
        self.client.post_nothing(&self.at(&format!("/runs/{id}/cancel"))).await.expect(200)
    }

    /// Waits until a run is over.
    pub async fn ended(&self, id: &str) -> Value {
        self.follow(id).await.rest().await;
        self.run(id).await
    }
}

/// A JSON string.
pub fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("a text: {value}"))
}
