use serde_json::Value;

use crate::harness::{Account, Stead};

on_both!(
    pages_follow_each_other_without_gap_or_repeat,
    without_a_place_the_newest_page_comes,
    limits_are_refused_rather_than_clamped,
);

fn handles(page: &Value) -> Vec<String> {
    page["agents"].as_array().unwrap().iter().map(|agent| agent["handle"].as_str().unwrap().to_owned()).collect()
}

async fn fill(account: &Account) -> Vec<String> {
    for number in 0..5 {
        account.agent(&format!("agent-{number}")).await;
    }
    let all = handles(&account.get("/agents").await.expect(200));
    assert_eq!(all.len(), 7);
    assert_eq!(all[2..], ["agent-0", "agent-1", "agent-2", "agent-3", "agent-4"], "oldest to newest");
    all
}

async fn pages_follow_each_other_without_gap_or_repeat(stead: Stead) {
    let ann = stead.register("ann").await;
    let all = fill(&ann).await;
    let mut page = ann.get("/agents?limit=3").await.expect(200);
    let mut backwards = vec![handles(&page)];
    assert!(page.get("next_after").is_none(), "nothing is newer");
    while let Some(before) = page["next_before"].as_str().map(str::to_owned) {
        page = ann.get(&format!("/agents?limit=3&before={before}")).await.expect(200);
        assert!(page["next_after"].is_string());
        backwards.push(handles(&page));
    }
    backwards.reverse();
    assert_eq!(backwards.concat(), all);
    let mut forwards = handles(&page);
    while let Some(after) = page["next_after"].as_str().map(str::to_owned) {
        page = ann.get(&format!("/agents?limit=2&after={after}")).await.expect(200);
        assert!(page["next_before"].is_string());
        forwards.extend(handles(&page));
    }
    assert_eq!(forwards, all);
}

async fn without_a_place_the_newest_page_comes(stead: Stead) {
    let ann = stead.register("ann").await;
    let all = fill(&ann).await;
    let page = ann.get("/agents?limit=2").await.expect(200);
    assert_eq!(handles(&page), all[5..]);
    let everything = ann.get("/agents?limit=100").await.expect(200);
    assert!(everything.get("next_before").is_none() && everything.get("next_after").is_none());
    // An item's id is a place too.
    let third = everything["agents"][2]["id"].as_str().unwrap();
    assert_eq!(handles(&ann.get(&format!("/agents?before={third}")).await.expect(200)), all[..2]);
    assert_eq!(handles(&ann.get(&format!("/agents?after={third}")).await.expect(200)), all[3..]);
}

async fn limits_are_refused_rather_than_clamped(stead: Stead) {
    let ann = stead.register("ann").await;
    for limit in ["0", "101", "-1", "ten", "", "1.5", "99999999999999999999"] {
        ann.get(&format!("/agents?limit={limit}")).await.complains_about("limit");
    }
    let id = ann.default_agent();
    ann.get("/agents?before=x").await.complains_about("before");
    ann.get("/agents?after=").await.complains_about("after");
    ann.get(&format!("/agents?before={id}&after={id}")).await.refused(400, "invalid_request");
    ann.get("/agents?limit=1&limit=2").await.refused(400, "invalid_request");
}
