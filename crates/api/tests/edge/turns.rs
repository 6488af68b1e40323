use serde_json::{Value, json};

use crate::harness::{Answer, Edge, post};

struct Thread {
    edge: Edge,
    token: String,
    path: String,
}

impl Thread {
    async fn new() -> Self {
        let edge = Edge::new().await;
        let token = edge.token().await;
        let create = post("/api/v1/chat/default/threads").insert_header(("authorization", token.as_str()));
        let answer = edge.send(create.set_json(json!({}))).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        let path = answer.header("location").to_owned();
        Self { edge, token, path }
    }

    async fn say(&self, headers: &[(&'static str, &'static str)]) -> Answer {
        let mut request =
            post(&format!("{}/messages", self.path)).insert_header(("authorization", self.token.as_str()));
        for header in headers {
            request = request.insert_header(*header);
        }
        self.edge.send(request.set_json(json!({"content": "What is a stead?"}))).await
    }
}

fn events(answer: &Answer) -> Vec<(String, String, Value)> {
    let text = answer.text();
    let line = |block: &str, name: &str| {
        let line = block.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        line.unwrap_or_default().to_owned()
    };
    let blocks = text.split_terminator("\n\n");
    blocks
        .map(|block| (line(block, "id"), line(block, "event"), serde_json::from_str(&line(block, "data")).unwrap()))
        .collect()
}

#[actix_web::test]
async fn one_turn_in_every_form() {
    let thread = Thread::new().await;
    let key = ("idempotency-key", "k1");
    let waited = thread.say(&[key]).await;
    assert_eq!(waited.status, 201, "{}", waited.text());
    assert_eq!(waited.header("idempotency-replayed"), "");
    let message = waited.json();
    assert_eq!((&message["role"], &message["status"]), (&json!("assistant"), &json!("complete")));

    let again = thread.say(&[key]).await;
    assert_eq!((again.status.as_u16(), again.header("idempotency-replayed")), (201, "true"));
    assert_eq!(again.json(), message);

    let accepted = thread.say(&[key, ("prefer", "respond-async, wait=5")]).await;
    assert_eq!((accepted.status.as_u16(), accepted.header("idempotency-replayed")), (202, "true"));
    assert_eq!(accepted.header("preference-applied"), "respond-async");
    let run = accepted.json();
    assert_eq!(run["id"], message["metadata"]["run_id"]);
    assert_eq!(accepted.header("location"), format!("{}/runs/{}", thread.path, run["id"].as_str().unwrap()));

    let stream = thread.say(&[key, ("accept", "text/event-stream"), ("accept-encoding", "gzip, br")]).await;
    assert_eq!((stream.status.as_u16(), stream.header("idempotency-replayed")), (200, "true"));
    assert_eq!(events(&stream).last().unwrap().1, "run.completed");
}

#[actix_web::test]
async fn a_stream_is_told_from_beginning_to_end() {
    let thread = Thread::new().await;
    let stream = thread.say(&[("accept", "text/event-stream"), ("accept-encoding", "gzip, br")]).await;
    assert_eq!(stream.header("content-type"), "text/event-stream");
    assert_eq!(stream.header("content-encoding"), "identity");
    assert_eq!((stream.header("cache-control"), stream.header("x-accel-buffering")), ("no-store", "no"));
    let told = events(&stream);
    let names: Vec<_> = told.iter().map(|(_, name, _)| name.as_str()).collect();
    assert_eq!(names.first(), Some(&"message.created"), "{names:?}");
    assert_eq!(&names[names.len() - 3..], ["usage", "message.completed", "run.completed"], "{names:?}");
    let text: String = told.iter().filter_map(|(_, _, data)| data["delta"].as_str()).collect();
    let (_, _, completed) = &told[told.len() - 2];
    assert_eq!(completed["message"]["content"], text);
    let (id, _, _) = told.last().unwrap();
    let chars: usize = id.rsplit('.').next().unwrap().parse().unwrap();
    assert_eq!(chars, text.chars().count());
}

#[actix_web::test]
async fn other_roles_are_forbidden_where_there_is_a_thread() {
    let thread = Thread::new().await;
    let say = |path: String| {
        let request = post(&path).insert_header(("authorization", thread.token.as_str()));
        thread.edge.send(request.set_json(json!({"content": "x", "role": "system"})))
    };
    assert_eq!(say(format!("{}/messages", thread.path)).await.refusal(403), "forbidden");
    let nowhere = "/api/v1/chat/default/threads/0197a3c4-5d6e-7f80-9a1b-2c3d4e5f6071/messages";
    assert_eq!(say(nowhere.to_owned()).await.refusal(404), "not_found");
}
