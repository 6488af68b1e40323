//! How one wants to be stood in for.

use serde_json::json;

use super::{House, are, say};
use crate::harness::{Setup, Stead, script::told};

on_both!(it_is_kept, what_is_wrong_is_refused, it_is_what_the_agent_is_told);

async fn it_is_kept(stead: Stead) {
    let ann = stead.register("ann").await;
    let unset = ann.get("/ai/persona/me").await.expect(200);
    assert_eq!(
        unset,
        json!({
            "enabled": true, "instructions": "", "max_messages": 30, "max_days": 14, "cooldown_s": 0,
            "mention_cooldown_s": 60, "answers_a_day": 200, "excluded_channel_ids": [], "updated_at": null,
        })
    );
    let own = ann.own_channel().await;
    let all = json!({
        "enabled": false, "instructions": "Be kind.", "max_messages": 5, "max_days": 2, "cooldown_s": 9,
        "mention_cooldown_s": 8, "answers_a_day": 7, "excluded_channel_ids": [own, own],
    });
    let set = ann.put("/ai/persona/me", all).await.expect(200);
    assert_eq!((&set["excluded_channel_ids"], &set["max_messages"]), (&json!([own]), &json!(5)));
    assert!(set["updated_at"].is_string());
    assert_eq!(ann.get("/ai/persona/me").await.expect(200), set);
    let changed = ann.put("/ai/persona/me", json!({"max_days": 3, "excluded_channel_ids": []})).await.expect(200);
    assert_eq!((&changed["max_days"], &changed["max_messages"]), (&json!(3), &json!(5)));
    assert_eq!((&changed["instructions"], &changed["excluded_channel_ids"]), (&json!("Be kind."), &json!([])));
    let ben = ann.invite("ben", "member").await;
    assert_eq!(ben.get("/ai/persona/me").await.expect(200), unset);
}

async fn what_is_wrong_is_refused(stead: Stead) {
    let ann = stead.register("ann").await;
    let ben = ann.invite("ben", "member").await;
    for (field, value) in [
        ("enabled", json!(null)),
        ("instructions", json!("x".repeat(4_001))),
        ("max_messages", json!(0)),
        ("max_messages", json!(101)),
        ("max_days", json!(91)),
        ("cooldown_s", json!(86_401)),
        ("mention_cooldown_s", json!(-1)),
        ("answers_a_day", json!(1_001)),
        ("excluded_channel_ids", json!(["nothing"])),
        ("excluded_channel_ids", json!([ben.own_channel().await])),
        ("excluded_channel_ids", json!(["0189aaaa-0000-7000-8000-000000000000"])),
    ] {
        ann.put("/ai/persona/me", json!({field: value})).await.complains_about(field);
    }
    ann.put("/ai/persona/me", json!({"no_such": 1})).await.refused(400, "invalid_request");
    assert!(ann.get("/ai/persona/me").await.expect(200)["updated_at"].is_null());
}

async fn it_is_what_the_agent_is_told(setup: Setup) {
    let house = House::of(setup).await;
    let channel = house.direct().await;
    for n in 0..4 {
        say(&house.ben, &channel, &format!("So far {n}")).await;
    }
    house.ben.put("/ai/persona/me", json!({"instructions": "Rhyme.", "max_messages": 2})).await.expect(200);
    say(&house.ann, &channel, "When are you back?").await;
    are(&house.ann, &channel, 6).await;
    let told = told(&house.asked_of_stand_ins()[0]);
    assert!(told[0].contains("Rhyme."), "{told:#?}");
    let history: Vec<_> = told.iter().filter(|line| !line.starts_with("system: ")).collect();
    assert_eq!(history, ["assistant: So far 3", "user: The ann: When are you back?"]);
}
