use serde_json::{Value, json};

use super::{OVERSEEN, answered, inbox, own_agent, say, start_with};
use crate::harness::{Account, Stead, talk::text};

on_both!(
    an_owner_sees_what_others_say_to_their_agents,
    an_owner_sees_no_more_than_people_are_told,
    what_is_overseen_has_pages
);

async fn overseen(account: &Account) -> Vec<Value> {
    account.get(OVERSEEN).await.expect(200)["conversations"].as_array().unwrap().clone()
}

fn at(id: &Value) -> String {
    format!("{OVERSEEN}/{}/messages", text(id))
}

async fn an_owner_sees_what_others_say_to_their_agents(stead: Stead) {
    let ann = stead.register("ann").await;
    let (mia, nils) = (ann.invite("mia", "member").await, ann.invite("nils", "member").await);
    let agent = own_agent(&mia).await;
    let id = text(&agent["id"]);
    let conversation = start_with(&nils, id).await.expect(201);
    say(&nils, &conversation, "From the inbox").await;
    let said = answered(&nils, &conversation, 1).await;
    let talk = ann.talk_with(id).await;
    talk.say("From elsewhere").await.expect(201);
    start_with(&mia, id).await.expect(201);
    mia.talk_with(id).await;
    let seen = overseen(&mia).await;
    assert_eq!(seen.len(), 2, "one's own are not among them: {seen:?}");
    assert_eq!((&seen[0]["id"], &seen[0]["other_participant"]["handle"]), (&json!(talk.id), &json!("ann")));
    let expected = json!({
        "id": conversation["id"], "chat_type": "agent",
        "other_participant": {
            "user_id": nils.id(), "handle": "nils", "display_name": nils.user["display_name"], "avatar_url": null,
        },
        "target_avee": {
            "id": agent["id"], "handle": agent["handle"], "display_name": agent["display_name"], "avatar_url": null,
        },
        "last_message_at": said[1]["created_at"], "last_message_preview": "From the inbox", "unread_count": 0,
        "owner_visibility": "full",
    });
    assert_eq!(seen[1], expected);
    let read = mia.get(&at(&conversation["id"])).await.expect(200);
    assert_eq!(read, json!({"messages": said}));
    assert_eq!(mia.get(&at(&json!(talk.id))).await.expect(200)["messages"].as_array().unwrap().len(), 2);
    assert_eq!(inbox(&nils).await[0]["unread_count"], 1, "it is read by nobody");
    // Nobody else does, admins neither: theirs is another way.
    let own = inbox(&mia).await[0]["id"].clone();
    for (account, id) in
        [(&ann, &conversation["id"]), (&nils, &conversation["id"]), (&mia, &own), (&ann, &json!(talk.id))]
    {
        account.get(&at(id)).await.refused(404, "not_found");
    }
    assert_eq!((overseen(&ann).await, overseen(&nils).await), (Vec::new(), Vec::new()));
    // And they only look.
    mia.get(&super::messages(&conversation)).await.refused(404, "not_found");
    mia.post(&super::messages(&conversation), json!({"content": "x"})).await.refused(404, "not_found");
}

async fn an_owner_sees_no_more_than_people_are_told(stead: Stead) {
    let ann = stead.register("ann").await;
    let mia = ann.invite("mia", "admin").await;
    let agent = own_agent(&mia).await;
    let conversation = start_with(&ann, text(&agent["id"])).await.expect(201);
    say(&ann, &conversation, "a secret").await;
    answered(&ann, &conversation, 1).await;
    for (visibility, listed) in [("metadata", true), ("none", false), ("full", true)] {
        let path = format!("/agents/{}", text(&agent["id"]));
        mia.patch(&path, json!({"owner_visibility": visibility})).await.expect(200);
        assert_eq!(inbox(&ann).await[0]["owner_visibility"], visibility);
        let list = mia.get(OVERSEEN).await;
        let read = mia.get(&at(&conversation["id"])).await;
        assert_eq!(list.text().contains("secret"), visibility == "full", "{}", list.text());
        let list = list.expect(200)["conversations"].as_array().unwrap().clone();
        assert_eq!(list.len(), usize::from(listed));
        match visibility {
            "metadata" => {
                assert_eq!(list[0]["last_message_preview"], Value::Null);
                assert_eq!(read.expect(200), json!({"messages": []}));
            }
            "none" => drop(read.refused(404, "not_found")),
            _ => assert_eq!(read.expect(200)["messages"].as_array().unwrap().len(), 2),
        }
    }
}

async fn what_is_overseen_has_pages(stead: Stead) {
    let ann = stead.register("ann").await;
    let mia = ann.invite("mia", "member").await;
    let agent = own_agent(&mia).await;
    let mut threads = Vec::new();
    for _ in 0..5 {
        threads.push(json!(ann.talk_with(text(&agent["id"])).await.id));
    }
    threads.reverse();
    let mut walked = Vec::new();
    let mut query = "limit=2".to_owned();
    loop {
        let page = mia.get(&format!("{OVERSEEN}?{query}")).await.expect(200);
        walked.extend(page["conversations"].as_array().unwrap().iter().map(|one| one["id"].clone()));
        let Some(next) = page["next_before"].as_str() else { break };
        query = format!("limit=2&before={next}");
    }
    assert_eq!(walked, threads);
}
