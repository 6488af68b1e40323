use serde_json::{Value, json};

use super::{CONVERSATIONS, answered, inbox, messages, nobody_stands_in_for, own_agent, say, start, start_with};
use crate::harness::{Account, Stead, talk::text};

on_both!(
    what_is_sent_is_read_by_both,
    opening_a_conversation_reads_it,
    only_those_who_are_in_it_see_a_conversation,
    a_deleted_person_leaves_what_was_said_to_them,
    a_message_with_a_key_is_sent_once,
    what_is_no_message,
    a_stand_in_answers_for_who_is_away,
);

async fn what_is_sent_is_read_by_both(stead: Stead) {
    let ann = stead.register("ann").await;
    let mia = ann.invite("mia", "member").await;
    nobody_stands_in_for(&[&ann, &mia]).await;
    let conversation = start(&ann, &mia).await.expect(201);
    let first = say(&ann, &conversation, "Hello!").await;
    let expected = json!({
        "id": first["id"], "conversation_id": conversation["id"], "sender_user_id": ann.id(), "sender_type": "user",
        "sender_avee_id": null, "content": "Hello!", "created_at": first["created_at"], "status": "complete",
        "sender_info": {
            "user_id": ann.id(), "handle": "ann", "display_name": ann.user["display_name"], "avatar_url": null,
        },
    });
    assert_eq!(first, expected);
    let second = say(&mia, &conversation, "How are *you*?").await;
    for account in [&ann, &mia] {
        let seen = account.get(&messages(&conversation)).await.expect(200);
        assert_eq!(seen, json!({"messages": [first, second]}));
    }
    // The same under the channel's own path, with all that messages have there.
    let path = format!("/channels/{}/messages", text(&conversation["id"]));
    let reply = json!({"content": "Fine", "parent_id": second["id"]});
    let third = ann.post(&path, reply).await.expect(201);
    let page = mia.get(&format!("{}?limit=2", messages(&conversation))).await.expect(200);
    assert_eq!((&page["messages"][1]["id"], &page["next_before"]), (&third["id"], &second["id"]));
    let rest = mia.get(&format!("{}?before={}", messages(&conversation), text(&page["next_before"]))).await.expect(200);
    assert_eq!((&rest["messages"], &rest["next_after"]), (&json!([first]), &first["id"]));
    ann.delete(&format!("/messages/{}", text(&third["id"]))).await.expect(204);
    let left = mia.get(&messages(&conversation)).await.expect(200)["messages"][2].clone();
    assert_eq!((&left["id"], &left["content"]), (&third["id"], &json!("")));
    assert!(left["deleted_at"].is_string());
}

async fn unread(account: &Account) -> Value {
    inbox(account).await[0]["unread_count"].clone()
}

async fn opening_a_conversation_reads_it(stead: Stead) {
    let ann = stead.register("ann").await;
    let mia = ann.invite("mia", "member").await;
    nobody_stands_in_for(&[&ann, &mia]).await;
    let conversation = start(&ann, &mia).await.expect(201);
    let mut said = Vec::new();
    for n in 0..4 {
        said.push(say(&ann, &conversation, &format!("Message {n}")).await);
    }
    assert_eq!((unread(&ann).await, unread(&mia).await), (json!(0), json!(4)));
    let get = async |query: &str| mia.get(&format!("{}{query}", messages(&conversation))).await.expect(200);
    get("?mark_read=false").await;
    assert_eq!(unread(&mia).await, 4);
    // What was looked at is read, and what came after it is not.
    get(&format!("?before={}", text(&said[2]["id"]))).await;
    assert_eq!(unread(&mia).await, 2);
    get(&format!("?before={}&mark_read=true", text(&said[1]["id"]))).await;
    assert_eq!(unread(&mia).await, 2, "it goes forward only");
    get("").await;
    assert_eq!(unread(&mia).await, 0);
    say(&mia, &conversation, "An answer").await;
    assert_eq!((unread(&ann).await, unread(&mia).await), (json!(1), json!(0)), "each has a place of their own");
    // The channel knows it too.
    let mine = mia.get("/channels/me").await.expect(200)["channels"].clone();
    let mut mine = mine.as_array().unwrap().iter();
    let channel = mine.find(|channel| channel["id"] == conversation["id"]).unwrap();
    assert_eq!(channel["last_read_message_id"], said[3]["id"]);
    // A key that may only read reads nothing away.
    let key = json!({"name": "A reader", "scopes": ["channels:read"]});
    let key = ann.post("/api-keys", key).await.expect(201);
    ann.with_token(text(&key["secret"])).get(&messages(&conversation)).await.expect(200);
    assert_eq!(unread(&ann).await, 1);
    mia.get(&format!("{}?mark_read=no", messages(&conversation))).await.complains_about("mark_read");
}

async fn only_those_who_are_in_it_see_a_conversation(stead: Stead) {
    let (ann, bob) = (stead.register("ann").await, stead.register("bob").await);
    let (mia, ada) = (ann.invite("mia", "member").await, ann.invite("ada", "admin").await);
    let profile = start(&ann, &mia).await.expect(201);
    let agent = start_with(&mia, mia.default_agent()).await.expect(201);
    say(&mia, &profile, "a secret").await;
    say(&mia, &agent, "a secret").await;
    let refused = async |account: &Account, conversation: &Value| {
        let path = messages(conversation);
        account.get(&path).await.refused(404, "not_found");
        account.post(&path, json!({"content": "x"})).await.refused(404, "not_found");
    };
    for outsider in [&ada, &bob] {
        refused(outsider, &profile).await;
        refused(outsider, &agent).await;
        let seen = outsider.get(CONVERSATIONS).await;
        assert!(!seen.text().contains("secret"), "{}", seen.text());
        assert_eq!(seen.expect(200), json!({"conversations": []}));
    }
    refused(&ann, &agent).await;
    // What is not of the inbox is not there, whosever it is.
    let talk = mia.talk().await;
    let own = json!({"id": mia.own_channel().await});
    let group = mia.post("/channels", json!({"kind": "private", "name": "Board"})).await.expect(201);
    for other in [&talk.thread, &own, &group, &json!({"id": "0189aaaa-0000-7000-8000-000000000000"})] {
        refused(&mia, other).await;
    }
    stead.stranger().get(&messages(&profile)).await.refused(401, "unauthorized");
}

async fn a_deleted_person_leaves_what_was_said_to_them(stead: Stead) {
    let ann = stead.register("ann").await;
    let mia = ann.invite("mia", "member").await;
    nobody_stands_in_for(&[&ann, &mia]).await;
    let conversation = start(&ann, &mia).await.expect(201);
    say(&ann, &conversation, "Hello!").await;
    say(&mia, &conversation, "Goodbye!").await;
    mia.delete("/users/me").await.expect(204);
    let seen = inbox(&ann).await;
    assert_eq!(seen.len(), 1);
    let gone = json!({"user_id": mia.id(), "handle": null, "display_name": "Deleted user", "avatar_url": null});
    assert_eq!(seen[0]["other_participant"], gone);
    let said = ann.get(&messages(&conversation)).await.expect(200)["messages"].clone();
    assert_eq!((&said[0]["content"], &said[1]["sender_info"]), (&json!("Hello!"), &gone));
    assert_eq!(said[1]["sender_user_id"], mia.id());
}

async fn a_message_with_a_key_is_sent_once(stead: Stead) {
    let ann = stead.register("ann").await;
    let mia = ann.invite("mia", "member").await;
    nobody_stands_in_for(&[&ann, &mia]).await;
    let profile = start(&ann, &mia).await.expect(201);
    let agent = start_with(&ann, ann.default_agent()).await.expect(201);
    for conversation in [&profile, &agent] {
        let post = |content: &str| ann.post(&messages(conversation), json!({"content": content})).key("one");
        let first = post("Hello").await.expect(201);
        let again = post("Hello").await;
        assert_eq!(again.header("idempotency-replayed"), Some("true"));
        assert_eq!(again.expect(201), first);
        post("Other").await.refused(409, "idempotency_mismatch");
        let said = ann.get(&messages(conversation)).await.expect(200)["messages"].clone();
        let own = said.as_array().unwrap().iter().filter(|said| said["sender_type"] == "user").count();
        assert_eq!(own, 1, "{said}");
    }
}

async fn what_is_no_message(stead: Stead) {
    let ann = stead.register("ann").await;
    let mia = ann.invite("mia", "member").await;
    let conversation = start(&ann, &mia).await.expect(201);
    let post = async |body: Value| ann.post(&messages(&conversation), body).await;
    for body in [json!({}), json!({"content": ""}), json!({"content": "a\0b"}), json!({"content": "x".repeat(40_001)})]
    {
        post(body).await.complains_about("content");
    }
    post(json!({"content": "x", "file_ids": []})).await.complains_about("file_ids");
    ann.get(&format!("{CONVERSATIONS}/x/messages")).await.complains_about("conversation_id");
    post(json!({"content": "x".repeat(40_000)})).await.expect(201);
}

async fn a_stand_in_answers_for_who_is_away(stead: Stead) {
    let ann = stead.register("ann").await;
    let mia = ann.invite("mia", "member").await;
    nobody_stands_in_for(&[&ann]).await;
    let conversation = start(&ann, &mia).await.expect(201);
    say(&ann, &conversation, "Are you there?").await;
    let said = answered(&ann, &conversation, 1).await;
    let (answer, agent) = (&said[1], own_agent(&mia).await);
    assert_eq!((&answer["sender_user_id"], &answer["sender_avee_id"]), (&json!(mia.id()), &agent["id"]));
    assert_eq!(
        (&answer["sender_info"]["user_id"], &answer["sender_info"]["handle"]),
        (&json!(mia.id()), &agent["handle"])
    );
    assert_eq!(inbox(&ann).await[0]["unread_count"], 1);
}
