use serde_json::{Value, json};

use super::{CONVERSATIONS, inbox, nobody_stands_in_for, own_agent, say, start, start_with};
use crate::harness::{Stead, talk::text};

on_both!(the_newest_comes_first, an_inbox_is_filtered_and_searched, an_inbox_has_pages);

async fn the_newest_comes_first(stead: Stead) {
    let ann = stead.register("ann").await;
    let (mia, nils) = (ann.invite("mia", "member").await, ann.invite("nils", "member").await);
    nobody_stands_in_for(&[&ann, &mia, &nils]).await;
    let (with_mia, with_nils) = (start(&ann, &mia).await.expect(201), start(&ann, &nils).await.expect(201));
    let seen = inbox(&ann).await;
    assert_eq!((&seen[0]["id"], &seen[1]["id"]), (&with_nils["id"], &with_mia["id"]));
    assert_eq!(seen[1]["last_message_preview"], Value::Null);
    let said = say(&mia, &with_mia, &format!("First line\n\n{}", "word ".repeat(100))).await;
    let seen = inbox(&ann).await;
    let preview = text(&seen[0]["last_message_preview"]).to_owned();
    assert!(preview.starts_with("First line word word") && preview.ends_with('…'), "{preview}");
    assert!(preview.chars().count() <= 141, "{preview}");
    let expected = json!({
        "id": with_mia["id"], "chat_type": "profile",
        "other_participant": {
            "user_id": mia.id(), "handle": "mia", "display_name": mia.user["display_name"], "avatar_url": null,
        },
        "target_avee": null, "last_message_at": said["created_at"], "last_message_preview": preview, "unread_count": 1,
    });
    assert_eq!(seen[0], expected);
    assert_eq!(inbox(&mia).await[0]["other_participant"]["handle"], "ann");
    say(&ann, &with_nils, "Now you").await;
    let order: Vec<Value> = inbox(&ann).await.iter().map(|one| one["id"].clone()).collect();
    assert_eq!(order, [with_nils["id"].clone(), with_mia["id"].clone()]);
}

async fn an_inbox_is_filtered_and_searched(stead: Stead) {
    let ann = stead.register("ann").await;
    let (mia, nils) = (ann.invite("mia", "member").await, ann.invite("nils", "member").await);
    let with_mia = start(&ann, &mia).await.expect(201);
    let with_nils = start(&ann, &nils).await.expect(201);
    let with_agent = start_with(&ann, text(&own_agent(&mia).await["id"])).await.expect(201);
    let with_default = start_with(&ann, ann.default_agent()).await.expect(201);
    let found = async |query: &str| {
        let page = ann.get(&format!("{CONVERSATIONS}?{query}")).await.expect(200);
        let found = page["conversations"].as_array().unwrap().iter().map(|one| one["id"].clone());
        found.collect::<Vec<_>>()
    };
    let ids = |conversations: &[&Value]| conversations.iter().map(|one| one["id"].clone()).collect::<Vec<_>>();
    assert_eq!(found("").await, ids(&[&with_default, &with_agent, &with_nils, &with_mia]));
    assert_eq!(found("chat_type=profile").await, ids(&[&with_nils, &with_mia]));
    assert_eq!(found("chat_type=agent").await, ids(&[&with_default, &with_agent]));
    assert_eq!(found("q=MIA").await, ids(&[&with_agent, &with_mia]));
    assert_eq!(found("q=mia&chat_type=profile").await, ids(&[&with_mia]));
    assert_eq!(found("q=%25").await, ids(&[]));
    for (field, query) in [("q", "q="), ("chat_type", "chat_type=group"), ("skip", "skip=1"), ("limit", "limit=101")] {
        ann.get(&format!("{CONVERSATIONS}?{query}")).await.complains_about(field);
    }
    // A key without the scope of threads knows of no agents.
    let key = ann.post("/api-keys", json!({"name": "Channels", "scopes": ["channels:read", "channels:write"]})).await;
    let key = ann.with_token(text(&key.expect(201)["secret"]));
    let page = key.get(CONVERSATIONS).await.expect(200);
    assert_eq!(page["conversations"].as_array().unwrap().len(), 2);
    key.get(&format!("{CONVERSATIONS}?chat_type=agent")).await.refused(403, "forbidden");
    key.get(&super::messages(&with_agent)).await.refused(404, "not_found");
    let start = json!({"chat_type": "agent", "target_avee_id": ann.default_agent()});
    key.post(CONVERSATIONS, start).await.refused(403, "forbidden");
}

async fn an_inbox_has_pages(stead: Stead) {
    let ann = stead.register("ann").await;
    for n in 0..5 {
        let other = ann.invite(&format!("member{n}"), "member").await;
        start(&ann, &other).await.expect(201);
    }
    let all: Vec<Value> = inbox(&ann).await.iter().map(|one| one["id"].clone()).collect();
    let mut walked = Vec::new();
    let mut query = "limit=2".to_owned();
    loop {
        let page = ann.get(&format!("{CONVERSATIONS}?{query}")).await.expect(200);
        walked.extend(page["conversations"].as_array().unwrap().iter().map(|one| one["id"].clone()));
        let Some(next) = page["next_before"].as_str() else { break };
        query = format!("limit=2&before={next}");
    }
    assert_eq!(walked, all);
    let newer = ann.get(&format!("{CONVERSATIONS}?after={}&limit=2", text(&all[3]))).await.expect(200);
    let newer: Vec<Value> = newer["conversations"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect();
    assert_eq!(newer, all[1..3]);
}
