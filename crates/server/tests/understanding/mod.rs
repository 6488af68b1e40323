//! Files are understood, and what they say reaches the agent.

mod documents;
mod hostile;
mod senses;

use serde_json::{Value, json};

use crate::harness::{Account, Stead, eventually, script, talk::Talk, talk::text};

/// The file once it is no longer being read.
async fn once_read(ann: &Account, file: &Value) -> Value {
    let path = format!("/files/{}", text(&file["id"]));
    eventually("a file to be read", async || {
        let file = ann.get(&path).await.expect(200);
        (file["status"] != "processing").then_some(file)
    })
    .await
}

/// Asks something about files; answers what the model was told besides the question and the instructions.
async fn told(stead: &Stead, talk: &Talk, ann: &Account, question: &str, files: &[&Value]) -> String {
    let ids: Vec<&Value> = files.iter().map(|file| &file["id"]).collect();
    let post = json!({"content": question, "file_ids": ids});
    ann.post(&talk.at("/messages"), post).await.expect(201);
    let asked = stead.script().asked().pop().expect("a question to the model");
    let told = script::told(&asked);
    assert_eq!(told.last().map(String::as_str), Some(format!("user: {question}").as_str()), "{told:?}");
    told.into_iter().filter(|message| message.contains("<document")).collect()
}
