use serde_json::{Value, json};

use crate::harness::{Account, Stead, Talk};

const THREADS: &str = "/chat/default/threads";

on_both!(
    it_is_a_bare_array_with_the_newest_activity_first,
    each_has_its_latest_messages_oldest_first,
    archived_ones_can_be_filtered,
    limit_and_offset_cut_the_list,
    parameters_out_of_range_are_refused,
    threads_of_other_agents_and_people_are_not_in_it,
);

async fn titles(account: &Account, query: &str) -> Vec<String> {
    let listed = account.get(&format!("{THREADS}{query}")).await.expect(200);
    listed.as_array().unwrap().iter().map(|thread| thread["title"].as_str().unwrap().to_owned()).collect()
}

async fn titled(account: &Account, title: &str) -> Talk {
    let thread = account.post(THREADS, json!({"title": title})).await.expect(201);
    Talk::new(account, THREADS, &thread)
}

async fn it_is_a_bare_array_with_the_newest_activity_first(stead: Stead) {
    let ann = stead.register("ann").await;
    assert_eq!(ann.get(THREADS).await.expect(200), json!([]));
    let one = titled(&ann, "one").await;
    titled(&ann, "two").await;
    titled(&ann, "three").await;
    assert_eq!(titles(&ann, "").await, ["three", "two", "one"]);
    one.say("hello").await.expect(201);
    assert_eq!(titles(&ann, "").await, ["one", "three", "two"]);
    // A change of a thread's own is no activity.
    let two = ann.get(&format!("{THREADS}?offset=2")).await.expect(200)[0]["id"].as_str().unwrap().to_owned();
    ann.patch(&format!("{THREADS}/{two}"), json!({"metadata": {"a": 1}})).await.expect(200);
    assert_eq!(titles(&ann, "").await, ["one", "three", "two"]);
    let by_id = ann.get(&format!("/chat/{}/threads", ann.default_agent())).await.expect(200);
    assert_eq!(by_id, ann.get(THREADS).await.expect(200));
}

async fn each_has_its_latest_messages_oldest_first(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = titled(&ann, "long").await;
    for number in 0..3 {
        talk.say(&format!("m{number}")).await.expect(201);
    }
    titled(&ann, "empty").await;
    for (query, expected) in [
        ("", vec!["m0", "m0", "m1", "m1", "m2", "m2"]),
        ("?message_limit=100", vec!["m0", "m0", "m1", "m1", "m2", "m2"]),
        ("?message_limit=3", vec!["m1", "m2", "m2"]),
        ("?message_limit=1", vec!["m2"]),
        ("?message_limit=0", vec![]),
    ] {
        let listed = ann.get(&format!("{THREADS}{query}")).await.expect(200);
        assert_eq!(listed[0]["messages"], json!([]));
        let said: Vec<&Value> = listed[1]["messages"].as_array().unwrap().iter().map(|one| &one["content"]).collect();
        assert_eq!(said, expected, "{query}");
    }
    let all = talk.messages().await;
    assert_eq!(ann.get(THREADS).await.expect(200)[1]["messages"], json!(all));
}

async fn archived_ones_can_be_filtered(stead: Stead) {
    let ann = stead.register("ann").await;
    let away = titled(&ann, "away").await;
    titled(&ann, "here").await;
    ann.patch(&away.path, json!({"archived": true})).await.expect(200);
    assert_eq!(titles(&ann, "").await, ["here", "away"]);
    assert_eq!(titles(&ann, "?archived=true").await, ["away"]);
    assert_eq!(titles(&ann, "?archived=false").await, ["here"]);
}

async fn limit_and_offset_cut_the_list(stead: Stead) {
    let ann = stead.register("ann").await;
    for number in 0..12 {
        titled(&ann, &format!("t{number}")).await;
    }
    assert_eq!(titles(&ann, "").await.len(), 10);
    assert_eq!(titles(&ann, "?limit=50").await.len(), 12);
    assert_eq!(titles(&ann, "?limit=2&offset=1").await, ["t10", "t9"]);
    assert_eq!(titles(&ann, "?limit=50&offset=10").await, ["t1", "t0"]);
    assert!(titles(&ann, "?offset=12").await.is_empty());
    assert!(titles(&ann, "?offset=2147483647").await.is_empty());
}

async fn parameters_out_of_range_are_refused(stead: Stead) {
    let ann = stead.register("ann").await;
    for (name, values) in [
        ("limit", vec!["0", "51", "-1", "x", "", "1e1", "2.0", "+1x"]),
        ("offset", vec!["-1", "x", "", "1.5", "99999999999999999999"]),
        ("message_limit", vec!["-1", "101", "x", ""]),
        ("archived", vec!["1", "yes", "TRUE", "", "null"]),
        ("scope", vec!["all", "", "MINE"]),
    ] {
        for value in values {
            ann.get(&format!("{THREADS}?{name}={value}")).await.complains_about(name);
        }
    }
    ann.get(&format!("{THREADS}?archived=true&archived=false")).await.refused(400, "invalid_request");
    ann.get(&format!("{THREADS}?cursor=1")).await.refused(400, "invalid_request");
    ann.get("/chat/01890000-0000-7000-8000-000000000000/threads").await.refused(404, "not_found");
}

async fn threads_of_other_agents_and_people_are_not_in_it(mut stead: Stead) {
    let ann = stead.register("ann").await;
    let mia = stead.add_member(&ann, "mia").await;
    titled(&ann, "Ann's").await;
    titled(&mia, "Mia's").await;
    let helper = ann.agent("helper").await;
    ann.talk_with(helper["id"].as_str().unwrap()).await;
    assert_eq!(titles(&ann, "").await, ["Ann's"]);
    assert_eq!(titles(&ann, "?scope=mine").await, ["Ann's"]);
    assert_eq!(titles(&mia, "").await, ["Mia's"]);
    assert_eq!(titles(&ann, "?scope=organization").await, ["Mia's", "Ann's"]);
    mia.get(&format!("{THREADS}?scope=organization")).await.refused(403, "forbidden");
}
