use serde_json::Value;

use crate::harness::{Stead, Talk, eventually};

on_both!(
    pages_follow_each_other_without_gap_or_repeat,
    a_page_can_be_around_a_message_or_a_time,
    wrong_places_and_limits_are_refused,
);

fn contents(page: &Value) -> Vec<String> {
    page["messages"].as_array().unwrap().iter().map(|one| one["content"].as_str().unwrap().to_owned()).collect()
}

/// Eight messages: each of four and its echo.
async fn filled(stead: &Stead) -> (crate::harness::Account, Talk, Vec<Value>) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    for number in 0..4 {
        // Messages of different milliseconds, so that a time is a place between them.
        let before = talk.read().await["last_activity_at"].as_str().unwrap().to_owned();
        eventually("the next millisecond", async || (now().as_str() > &before[..23]).then_some(())).await;
        talk.say(&format!("m{number}")).await.expect(201);
    }
    let all = talk.messages().await;
    assert_eq!(all.len(), 8);
    (ann, talk, all)
}

fn now() -> String {
    use stead_domain::ports::Clock;
    let now = stead_adapter_local::SystemClock.now().get();
    let format =
        time::macros::format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]");
    now.format(&format).unwrap()
}

async fn pages_follow_each_other_without_gap_or_repeat(stead: Stead) {
    let (ann, talk, all) = filled(&stead).await;
    let all: Vec<String> = all.iter().map(|one| one["content"].as_str().unwrap().to_owned()).collect();
    let mut page = ann.get(&talk.at("/messages?limit=3")).await.expect(200);
    assert!(page.get("next_after").is_none());
    let mut backwards = vec![contents(&page)];
    while let Some(before) = page["next_before"].as_str().map(str::to_owned) {
        page = ann.get(&talk.at(&format!("/messages?limit=3&before={before}"))).await.expect(200);
        backwards.push(contents(&page));
    }
    backwards.reverse();
    assert_eq!(backwards.concat(), all);
    let mut forwards = contents(&page);
    while let Some(after) = page["next_after"].as_str().map(str::to_owned) {
        page = ann.get(&talk.at(&format!("/messages?limit=3&after={after}"))).await.expect(200);
        forwards.extend(contents(&page));
    }
    assert_eq!(forwards, all);
}

async fn a_page_can_be_around_a_message_or_a_time(stead: Stead) {
    let (ann, talk, all) = filled(&stead).await;
    let fifth = all[4]["id"].as_str().unwrap();
    let page = ann.get(&talk.at(&format!("/messages?around={fifth}&limit=4"))).await.expect(200);
    assert_eq!(page["messages"].as_array().unwrap().len(), 4);
    assert!(page["messages"].as_array().unwrap().iter().any(|one| one["id"] == fifth));
    assert!(page["next_before"].is_string() && page["next_after"].is_string());
    let at = all[4]["created_at"].as_str().unwrap();
    let page = ann.get(&talk.at(&format!("/messages?at={at}&limit=4"))).await.expect(200);
    assert!(page["messages"].as_array().unwrap().iter().any(|one| one["id"] == fifth), "{page:#}");
    let early = ann.get(&talk.at("/messages?at=1999-12-31T23:59:59Z&limit=2")).await.expect(200);
    assert_eq!(contents(&early), ["m0", "m0"]);
    let zone = ann.get(&talk.at("/messages?at=2200-01-01T00:00:00%2B02:00&limit=2")).await.expect(200);
    assert!(zone.get("next_after").is_none());
}

async fn wrong_places_and_limits_are_refused(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    for (name, value) in [
        ("limit", "0"),
        ("limit", "101"),
        ("limit", "x"),
        ("before", "x"),
        ("after", ""),
        ("around", "7"),
        ("at", "yesterday"),
        ("at", "2026-01-01"),
        ("at", "2026-13-01T00:00:00Z"),
    ] {
        ann.get(&talk.at(&format!("/messages?{name}={value}"))).await.complains_about(name);
    }
    let id = &talk.id;
    for two in [format!("before={id}&after={id}"), format!("around={id}&at=2026-01-01T00:00:00Z")] {
        ann.get(&talk.at(&format!("/messages?{two}"))).await.refused(400, "invalid_request");
    }
    // A place that names nothing is still a place.
    let empty = ann.get(&talk.at("/messages?before=00000000-0000-0000-0000-000000000000")).await.expect(200);
    assert_eq!(contents(&empty), Vec::<String>::new());
}
