use serde_json::{Value, json};

use super::{ask, at, channel};
use crate::harness::{Stead, events::names, talk::text};

on_both!(
    a_question_begins_a_conversation,
    a_conversation_goes_on,
    conversations_are_listed_newest_first,
    a_conversation_is_deleted_with_its_messages,
    a_conversation_is_of_one_channel_and_one_person,
    who_is_not_in_the_channel_has_none_of_it,
    what_is_wrong_is_refused,
    an_answer_is_told_as_it_is_written,
    a_repeat_is_the_same_conversation,
);

fn keys(value: &Value) -> Vec<&str> {
    let mut keys: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

async fn a_question_begins_a_conversation(stead: Stead) {
    let ann = stead.register("ann").await;
    let general = channel(&ann, "work", "public").await;
    let asked = ask(&ann, &general, "When is the release?").await;
    assert_eq!(keys(&asked), ["conversation", "message"]);
    let conversation = &asked["conversation"];
    let expected = ["channelId", "createdAt", "id", "lastMessage", "messages", "updatedAt", "userId"];
    assert_eq!(keys(conversation), expected);
    assert_eq!((&conversation["channelId"], &conversation["userId"]), (&json!(general), &json!(ann.id())));
    let [question, answer] = conversation["messages"].as_array().unwrap().as_slice() else { panic!("{asked}") };
    for message in [question, answer] {
        assert_eq!(keys(message), ["content", "id", "parameters", "role", "timestamp"]);
    }
    assert_eq!((&question["role"], &question["content"]), (&json!("user"), &json!("When is the release?")));
    assert_eq!(question["parameters"], Value::Null);
    assert_eq!((&answer["role"], &answer["content"]), (&json!("assistant"), &json!("When is the release?")));
    assert_eq!(&asked["message"], answer);
    assert_eq!(ann.get(&at(&general, conversation)).await.expect(200), *conversation);
    // The routers answer at the root too, as their contract writes them.
    assert_eq!(ann.at_root().get(&at(&general, conversation)).await.expect(200), *conversation);
}

async fn a_conversation_goes_on(stead: Stead) {
    let ann = stead.register("ann").await;
    let work = channel(&ann, "work", "private").await;
    let first = ask(&ann, &work, "one").await;
    let path = format!("{}/messages", at(&work, &first["conversation"]));
    let second = ann.post(&path, json!({"content": "two", "role": "user"})).await.expect(200);
    let contents: Vec<&str> =
        second["messages"].as_array().unwrap().iter().map(|said| text(&said["content"])).collect();
    assert_eq!(contents, ["one", "one", "two", "two"]);
    let told = crate::harness::script::told(&stead.script().asked().pop().unwrap());
    let said: Vec<&String> = told.iter().filter(|line| !line.starts_with("system: ")).collect();
    assert_eq!(said, ["user: one", "assistant: one", "user: two"], "all of the conversation is told");
}

async fn conversations_are_listed_newest_first(stead: Stead) {
    let ann = stead.register("ann").await;
    let work = channel(&ann, "work", "public").await;
    let elsewhere = channel(&ann, "elsewhere", "public").await;
    let (one, two) = (ask(&ann, &work, "one").await, ask(&ann, &work, "two").await);
    ask(&ann, &elsewhere, "three").await;
    let list = |query: &str| {
        let (ann, path) = (ann.clone(), format!("/ai/channels/{work}/conversations{query}"));
        async move { ann.get(&path).await.expect(200)["conversations"].as_array().unwrap().clone() }
    };
    assert_eq!(list("").await, [two["conversation"].clone(), one["conversation"].clone()]);
    assert_eq!(list("?skip=1").await, [one["conversation"].clone()]);
    assert_eq!(list("?limit=1").await, [two["conversation"].clone()]);
    let again = format!("{}/messages", at(&work, &one["conversation"]));
    ann.post(&again, json!({"content": "more", "role": "user"})).await.expect(200);
    assert_eq!(list("").await[0]["id"], one["conversation"]["id"]);
    let mia = ann.invite("mia", "member").await;
    mia.post_nothing(&format!("/channels/{work}/join")).await.expect(200);
    assert_eq!(mia.get(&format!("/ai/channels/{work}/conversations")).await.expect(200)["conversations"], json!([]));
    assert_eq!(
        ann.get("/chat/default/threads").await.expect(200),
        json!([]),
        "they are no threads of the agent's list"
    );
}

async fn a_conversation_is_deleted_with_its_messages(stead: Stead) {
    let ann = stead.register("ann").await;
    let work = channel(&ann, "work", "public").await;
    let asked = ask(&ann, &work, "one").await;
    let path = at(&work, &asked["conversation"]);
    ann.delete(&path).await.expect(204);
    ann.get(&path).await.refused(404, "not_found");
    ann.delete(&path).await.refused(404, "not_found");
    ann.post(&format!("{path}/messages"), json!({"content": "two"})).await.refused(404, "not_found");
    assert_eq!(ann.get(&format!("/ai/channels/{work}/conversations")).await.expect(200)["conversations"], json!([]));
}

async fn a_conversation_is_of_one_channel_and_one_person(stead: Stead) {
    let ann = stead.register("ann").await;
    let mia = ann.invite("mia", "member").await;
    let (work, elsewhere) = (channel(&ann, "work", "public").await, channel(&ann, "elsewhere", "public").await);
    for room in [&work, &elsewhere] {
        mia.post_nothing(&format!("/channels/{room}/join")).await.expect(200);
    }
    let asked = ask(&ann, &work, "one").await;
    let (here, there) = (at(&work, &asked["conversation"]), at(&elsewhere, &asked["conversation"]));
    ann.get(&there).await.refused(400, "invalid_request");
    ann.delete(&there).await.refused(400, "invalid_request");
    ann.post(&format!("{there}/messages"), json!({"content": "two"})).await.refused(400, "invalid_request");
    for path in [&here, &there] {
        mia.get(path).await.refused(404, "not_found");
        mia.delete(path).await.refused(404, "not_found");
        mia.post(&format!("{path}/messages"), json!({"content": "two"})).await.refused(404, "not_found");
    }
    let talk = ann.talk().await;
    ann.get(&format!("/ai/channels/{work}/conversations/{}", talk.id)).await.refused(400, "invalid_request");
    let thread = format!("/chat/{}/threads/{}", ann.default_agent(), text(&asked["conversation"]["id"]));
    ann.get(&thread).await.refused(404, "not_found");
}

async fn who_is_not_in_the_channel_has_none_of_it(stead: Stead) {
    let ann = stead.register("ann").await;
    let mia = ann.invite("mia", "member").await;
    let work = channel(&ann, "work", "private").await;
    let member = format!("/channels/{work}/members/{}", mia.id());
    ann.put_nothing(&member).await.expect(200);
    let asked = ask(&mia, &work, "one").await;
    let path = at(&work, &asked["conversation"]);
    ann.delete(&member).await.expect(204);
    let refused = mia.get(&path).await.refused(403, "forbidden");
    assert_eq!(refused["message"], "Not a member of this channel");
    mia.delete(&path).await.refused(403, "forbidden");
    mia.post(&format!("{path}/messages"), json!({"content": "two"})).await.refused(403, "forbidden");
    mia.post(&format!("/ai/channels/{work}/query"), json!({"query": "two"})).await.refused(403, "forbidden");
    mia.get(&format!("/ai/channels/{work}/conversations")).await.refused(403, "forbidden");
    mia.get(&format!("/ai/channels/{work}/summarize?quantity=1&time_unit=days")).await.refused(403, "forbidden");
    let thread = format!("/chat/{}/threads/{}", ann.default_agent(), text(&asked["conversation"]["id"]));
    mia.post(&format!("{thread}/messages"), json!({"content": "two"})).await.refused(403, "forbidden");
    ann.put_nothing(&member).await.expect(200);
    assert_eq!(mia.get(&path).await.expect(200), asked["conversation"], "who comes back finds it again");
}

async fn what_is_wrong_is_refused(stead: Stead) {
    let ann = stead.register("ann").await;
    let work = channel(&ann, "work", "public").await;
    let query = format!("/ai/channels/{work}/query");
    let asked = ask(&ann, &work, "one").await;
    let messages = format!("{}/messages", at(&work, &asked["conversation"]));
    ann.post(&query, json!({})).await.complains_about("query");
    ann.post(&query, json!({"query": "  "})).await.complains_about("query");
    ann.post(&query, json!({"query": "x", "fromUserId": "x"})).await.complains_about("fromUserId");
    let nobody = "0197a3c4-5d6e-7f80-9a1b-2c3d4e5f6071";
    ann.post(&query, json!({"query": "x", "fromUserId": nobody})).await.complains_about("fromUserId");
    ann.post(&query, json!({"query": "x", "fileIds": [nobody]})).await.complains_about("file_ids");
    ann.post(&query, json!({"query": "x", "other": 1})).await.complains_about("other");
    ann.post(&messages, json!({"content": "x", "role": "assistant"})).await.complains_about("role");
    ann.post(&messages, json!({"role": "user"})).await.complains_about("content");
    for query in ["?skip=-1", "?limit=0", "?limit=101", "?limit=x"] {
        ann.get(&format!("/ai/channels/{work}/conversations{query}")).await.refused(400, "invalid_request");
    }
    ann.get(&format!("/ai/channels/{nobody}/conversations")).await.refused(404, "not_found");
    let other = stead.register("other").await;
    other.get(&format!("/ai/channels/{work}/conversations")).await.refused(404, "not_found");
    other.get(&at(&work, &asked["conversation"])).await.refused(404, "not_found");
}

async fn an_answer_is_told_as_it_is_written(stead: Stead) {
    let ann = stead.register("ann").await;
    let work = channel(&ann, "work", "public").await;
    let call = ann.post(&format!("/ai/channels/{work}/query"), json!({"query": "one two"}));
    let events = call.header("Accept", "text/event-stream").stream().await.rest().await;
    assert_eq!(names(&events).last(), Some(&"run.completed"));
    assert_eq!(crate::harness::events::content(&events), "one two");
}

async fn a_repeat_is_the_same_conversation(stead: Stead) {
    let ann = stead.register("ann").await;
    let work = channel(&ann, "work", "public").await;
    let path = format!("/ai/channels/{work}/query");
    let first = ann.post(&path, json!({"query": "one"})).key("k").await.expect(200);
    let again = ann.post(&path, json!({"query": "one"})).key("k").await;
    assert_eq!(again.header("Idempotency-Replayed"), Some("true"));
    assert_eq!(again.expect(200), first);
    ann.post(&path, json!({"query": "two"})).key("k").await.refused(409, "idempotency_mismatch");
    assert_eq!(stead.script().asked().len(), 1);
}
