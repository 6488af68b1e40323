use reqwest::Method;
use serde_json::{Value, json};

use super::{answered, inbox, messages, own_agent, say, start_with};
use crate::harness::{Stead, talk::text};

on_both!(
    an_agent_answers_in_its_conversation,
    an_answer_is_unread_until_it_is_looked_at,
    an_agent_of_the_organization_has_no_other_participant,
    who_is_hidden_or_gone_answers_no_more,
);

async fn an_agent_answers_in_its_conversation(stead: Stead) {
    let ann = stead.register("ann").await;
    let mia = ann.invite("mia", "member").await;
    let agent = own_agent(&mia).await;
    let conversation = start_with(&ann, text(&agent["id"])).await.expect(201);
    let said = say(&ann, &conversation, "Are you there?").await;
    assert_eq!((&said["sender_type"], &said["sender_user_id"]), (&json!("user"), &json!(ann.id())));
    assert_eq!(said["sender_info"]["handle"], "ann");
    let all = answered(&ann, &conversation, 1).await;
    assert_eq!(all[0], said);
    let expected = json!({
        "id": all[1]["id"], "conversation_id": conversation["id"], "sender_user_id": mia.id(), "sender_type": "agent",
        "sender_avee_id": agent["id"], "content": "Are you there?", "created_at": all[1]["created_at"],
        "status": "complete", "citations": [], "stale": false, "degraded": false,
        "sender_info": {
            "user_id": mia.id(), "handle": agent["handle"], "display_name": agent["display_name"],
            "avatar_url": agent["avatar_url"],
        },
    });
    assert_eq!(all[1], expected);
    let seen = inbox(&ann).await[0].clone();
    let expected = json!({
        "id": conversation["id"], "chat_type": "agent",
        "other_participant": {
            "user_id": mia.id(), "handle": "mia", "display_name": mia.user["display_name"], "avatar_url": null,
        },
        "target_avee": {
            "id": agent["id"], "handle": agent["handle"], "display_name": agent["display_name"], "avatar_url": null,
        },
        "last_message_at": all[1]["created_at"], "last_message_preview": "Are you there?", "unread_count": 1,
        "owner_visibility": "full",
    });
    assert_eq!(seen, expected);
    // It is a thread, and good as one.
    let thread = format!("/chat/{}/threads/{}", text(&agent["id"]), text(&conversation["id"]));
    assert_eq!(ann.get(&thread).await.expect(200)["messages"].as_array().unwrap().len(), 2);
    ann.post(&format!("{thread}/messages"), json!({"content": "Once more"})).await.expect(201);
    assert_eq!(answered(&ann, &conversation, 2).await.len(), 4);
}

async fn an_answer_is_unread_until_it_is_looked_at(stead: Stead) {
    let ann = stead.register("ann").await;
    let conversation = start_with(&ann, ann.default_agent()).await.expect(201);
    let unread = async || inbox(&ann).await[0]["unread_count"].clone();
    say(&ann, &conversation, "Hello").await;
    answered(&ann, &conversation, 1).await;
    assert_eq!(unread().await, 1);
    ann.get(&messages(&conversation)).await.expect(200);
    assert_eq!(unread().await, 0);
    say(&ann, &conversation, "Hello again").await;
    answered(&ann, &conversation, 2).await;
    assert_eq!(unread().await, 1);
}

async fn an_agent_of_the_organization_has_no_other_participant(stead: Stead) {
    let ann = stead.register("ann").await;
    let conversation = start_with(&ann, ann.default_agent()).await.expect(201);
    let seen = inbox(&ann).await[0].clone();
    assert_eq!((&seen["other_participant"], &seen["target_avee"]["handle"]), (&Value::Null, &json!("stead")));
    say(&ann, &conversation, "Hello").await;
    let answer = answered(&ann, &conversation, 1).await[1].clone();
    assert_eq!((&answer["sender_user_id"], &answer["sender_info"]["user_id"]), (&Value::Null, &Value::Null));
    assert_eq!(answer["sender_info"]["handle"], "stead");
}

async fn who_is_hidden_or_gone_answers_no_more(stead: Stead) {
    let ann = stead.register("ann").await;
    let mia = ann.invite("mia", "member").await;
    let agent = own_agent(&mia).await;
    let path = format!("/agents/{}", text(&agent["id"]));
    let conversation = start_with(&ann, text(&agent["id"])).await.expect(201);
    say(&ann, &conversation, "Hello").await;
    answered(&ann, &conversation, 1).await;
    mia.patch(&path, json!({"visibility": "private"})).await.expect(200);
    let again = json!({"content": "Hello?"});
    ann.post(&messages(&conversation), again.clone()).await.refused(404, "not_found");
    start_with(&ann, text(&agent["id"])).await.refused(404, "not_found");
    mia.call(Method::DELETE, &path).await.expect(204);
    ann.post(&messages(&conversation), again).await.refused(409, "agent_deleted");
    // What was said can still be read.
    assert_eq!(ann.get(&messages(&conversation)).await.expect(200)["messages"].as_array().unwrap().len(), 2);
    assert_eq!(inbox(&ann).await.len(), 1);
}
