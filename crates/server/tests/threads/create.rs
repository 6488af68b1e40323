use serde_json::{Value, json};

use crate::harness::Stead;

const THREADS: &str = "/chat/default/threads";

on_both!(
    a_new_thread_is_empty_and_whole,
    the_agent_may_be_said_twice_but_not_two_agents,
    metadata_is_an_object_of_bounded_size,
    a_title_has_bounds,
    what_comes_later_is_refused_as_unknown,
);

async fn a_new_thread_is_empty_and_whole(stead: Stead) {
    let ann = stead.register("ann").await;
    let metadata = json!({"k": [1, 2.5, "x\u{1f44d}", null, {"deep": true}], "Ünïcode": "ß"});
    let thread = ann.post(THREADS, json!({"title": "T", "metadata": metadata})).await.expect(201);
    assert_eq!(thread["agent_id"], ann.default_agent());
    assert_eq!(thread["user_id"], ann.id());
    assert_eq!(thread["organization_id"], ann.organization["id"]);
    assert_eq!(thread["title"], "T");
    assert_eq!(thread["metadata"], metadata);
    assert_eq!(thread["archived"], false);
    assert_eq!(thread["messages"], json!([]));
    assert_eq!(thread["message_count"], 0);
    assert_eq!(thread["owner_visibility"], "metadata");
    assert_eq!(thread["created_at"], thread["last_activity_at"]);
    let read = ann.get(&format!("{THREADS}/{}", thread["id"].as_str().unwrap())).await.expect(200);
    assert_eq!(read, thread);

    let blank = ann.post(THREADS, json!({})).await.expect(201);
    assert_eq!((&blank["title"], &blank["metadata"]), (&Value::Null, &json!({})));
    let nulls = json!({"title": null, "metadata": null, "agent_id": null});
    ann.post(THREADS, nulls).await.expect(201);
}

async fn the_agent_may_be_said_twice_but_not_two_agents(stead: Stead) {
    let ann = stead.register("ann").await;
    let agent = ann.agent("helper").await;
    let (helper, default) = (agent["id"].as_str().unwrap(), ann.default_agent());
    let threads = format!("/chat/{helper}/threads");
    ann.post(&threads, json!({"agent_id": helper})).await.expect(201);
    ann.post(&threads, json!({"agent_id": default})).await.complains_about("agent_id");
    ann.post(THREADS, json!({"agent_id": default})).await.expect(201);
    ann.post(THREADS, json!({"agent_id": helper})).await.complains_about("agent_id");
    ann.post(THREADS, json!({"agent_id": "no id"})).await.complains_about("agent_id");
    ann.post("/chat/01890000-0000-7000-8000-000000000000/threads", json!({})).await.refused(404, "not_found");
    ann.post("/chat/nobody/threads", json!({})).await.refused(400, "invalid_request");
    ann.post("/chat/DEFAULT/threads", json!({})).await.refused(400, "invalid_request");
}

async fn metadata_is_an_object_of_bounded_size(stead: Stead) {
    let ann = stead.register("ann").await;
    let fits = json!({"k": "x".repeat(16 * 1024 - 8)});
    ann.post(THREADS, json!({"metadata": fits})).await.expect(201);
    let mut nested = json!(1);
    for _ in 0..100 {
        nested = json!([nested]);
    }
    for wrong in [
        json!({"k": "x".repeat(16 * 1024 - 7)}),
        json!([]),
        json!("text"),
        json!(1),
        json!({"deep": nested}),
        json!({"k": "a\u{0}b"}),
        json!({"a\u{0}b": 1}),
    ] {
        ann.post(THREADS, json!({"metadata": wrong})).await.complains_about("metadata");
    }
}

async fn a_title_has_bounds(stead: Stead) {
    let ann = stead.register("ann").await;
    ann.post(THREADS, json!({"title": "ü".repeat(200)})).await.expect(201);
    for wrong in [json!("ü".repeat(201)), json!(""), json!("a\u{0}b"), json!(7)] {
        ann.post(THREADS, json!({"title": wrong})).await.complains_about("title");
    }
}

async fn what_comes_later_is_refused_as_unknown(stead: Stead) {
    let ann = stead.register("ann").await;
    for field in ["archived", "user_id", "id", "messages", "channel_id", "surprise"] {
        ann.post(THREADS, json!({field: null})).await.refused(400, "invalid_request");
        ann.post(THREADS, json!({field: []})).await.refused(400, "invalid_request");
    }
    assert_eq!(ann.get(THREADS).await.expect(200), json!([]));
}
