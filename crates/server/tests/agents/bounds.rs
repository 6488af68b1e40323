use serde_json::{Value, json};

use crate::harness::Stead;

on_both!(bounds_are_kept, the_default_agent_is_not_addressed_by_that_word_outside_of_chat);

async fn bounds_are_kept(stead: Stead) {
    let ann = stead.register("ann").await;
    let agent = ann.agent("helper").await;
    let path = format!("/agents/{}", agent["id"].as_str().unwrap());
    let url =
        |length: usize| json!(format!("https://example.org/{}", "a".repeat(length - "https://example.org/".len())));
    let text = |character: &str, length: usize| json!(character.repeat(length));
    let good: [(&str, Value); 11] = [
        ("display_name", text("n", 100)),
        ("description", text("ü", 1_000)),
        ("description", json!("")),
        ("instructions", text("𝄞", 40_000)),
        ("instructions", json!("")),
        ("model", text("m", 200)),
        ("avatar_url", url(2_000)),
        ("temperature", json!(0)),
        ("temperature", json!(2)),
        ("max_tool_rounds", json!(0)),
        ("max_tool_rounds", json!(32)),
    ];
    for (field, value) in good {
        ann.patch(&path, json!({field: value})).await.expect(200);
    }
    let bad: [(&str, Value); 24] = [
        ("display_name", json!("")),
        ("display_name", text("n", 101)),
        ("description", text("ü", 1_001)),
        ("instructions", text("𝄞", 40_001)),
        ("model", json!("")),
        ("model", text("m", 201)),
        ("avatar_url", url(2_001)),
        ("avatar_url", json!("")),
        ("avatar_url", json!("/a.png")),
        ("avatar_url", json!("javascript:alert(1)")),
        ("avatar_url", json!("ftp://example.org/a.png")),
        ("temperature", json!(-0.01)),
        ("temperature", json!(2.01)),
        ("temperature", json!("warm")),
        ("max_tool_rounds", json!(-1)),
        ("max_tool_rounds", json!(33)),
        ("max_tool_rounds", json!(1.5)),
        ("max_tool_rounds", json!(10_000_000_000_000_000_000_u64)),
        ("visibility", json!("public")),
        ("owner_visibility", json!("Full")),
        ("knowledge", json!(null)),
        ("tool_policy", json!("never")),
        ("handle", json!("no spaces")),
        ("handle", json!("ümläut")),
    ];
    for (field, value) in bad {
        ann.patch(&path, json!({field: value})).await.complains_about(field);
        let mut body = json!({"handle": "other", "display_name": "Other"});
        body[field] = value.clone();
        if !value.is_null() {
            ann.post("/agents", body).await.complains_about(field);
        }
    }
    ann.post("/agents", json!({"display_name": "No handle"})).await.complains_about("handle");
    ann.post("/agents", json!({"handle": "nameless"})).await.complains_about("display_name");
    ann.post("/agents", json!({"handle": "k", "display_name": "K", "kind": "robot"})).await.complains_about("kind");
}

async fn the_default_agent_is_not_addressed_by_that_word_outside_of_chat(stead: Stead) {
    let ann = stead.register("ann").await;
    ann.get("/agents/default").await.refused(400, "invalid_request");
}
