//! What is found by meaning, and by both.

use serde_json::{Value, json};
use stead_domain::ports::llm::{LlmError, LlmErrorKind};
use stead_testkit::fakes::{FakeEmbedder, FakeVectorStore, VectorFault, VectorLie};

use super::{name, names, once_found, results};
use crate::harness::{Account, Setup, Stead, eventually, talk::text};

on_both!(
    forms_of_a_word_are_near_and_shown,
    both_find_what_either_alone_misses,
    a_search_by_meaning_is_narrowed_whatever_the_index_says,
    a_file_is_found_once,
    a_key_finds_by_meaning_what_its_scopes_cover,
    without_an_index_both_go_by_words,
    without_an_embedder_both_go_by_words,
    who_has_ai_switched_off_finds_words,
);

async fn room(account: &Account, name: &str) -> String {
    text(&account.post("/channels", json!({"kind": "private", "name": name})).await.expect(201)["id"]).to_owned()
}

async fn say(account: &Account, channel: &str, content: &str) -> Value {
    account.post(&format!("/channels/{channel}/messages"), json!({"content": content})).await.expect(201)
}

/// Waits until all of this is in the index of vectors, which has one for each.
async fn are_near(account: &Account, query: &str, count: usize) {
    once_found(account, &format!("{query}&mode=semantic&limit=100"), count).await;
}

async fn forms_of_a_word_are_near_and_shown(stead: Stead) {
    let ann = stead.register("ann").await;
    let house = room(&ann, "House").await;
    say(&ann, &house, "Rechnung bezahlt: <Miete>").await;
    let long = format!("Birnen sind {}reif", "sehr ".repeat(60));
    say(&ann, &house, &long).await;
    are_near(&ann, "q=rechnungen", 2).await;
    assert!(names(&ann, "q=rechnungen").await.is_empty());
    for mode in ["semantic", "hybrid"] {
        let page = ann.get(&format!("/search?q=Wer+hat+Rechnungen%3F+Miete%21&mode={mode}")).await.expect(200);
        assert_eq!((&page["degraded"], page.get("next_cursor")), (&json!(false), None));
        let found = page["results"].as_array().unwrap();
        assert_eq!(name(&found[0]), "Rechnung bezahlt: <Miete>", "{page}");
        assert_eq!(found[0]["highlights"], json!(["Rechnung bezahlt: &lt;<mark>Miete</mark>&gt;"]));
    }
    let found = results(&ann, "q=Rechnungen&mode=semantic").await;
    assert_eq!(found[0]["highlights"], json!(["Rechnung bezahlt: &lt;Miete&gt;"]));
    let beginning = text(&found[1]["highlights"][0]);
    assert!(beginning.starts_with("Birnen sind sehr") && beginning.ends_with("sehr…"), "{beginning}");
}

/// One has the word, but the index of vectors does not know it yet; the other has only a form of another word.
async fn both_find_what_either_alone_misses(setup: Setup) {
    let vectors = FakeVectorStore::new();
    let stead = setup.vectors(&vectors).start().await;
    let ann = stead.register("ann").await;
    let house = room(&ann, "House").await;
    say(&ann, &house, "Norwegian salmon").await;
    let question = "q=Have+Norwegians+been+to+Troms%C3%B8%3F";
    are_near(&ann, question, 1).await;
    vectors.freeze();
    say(&ann, &house, "The parcel from Tromsø").await;
    once_found(&ann, "q=Troms%C3%B8", 1).await;
    let mut by_both = names(&ann, &format!("{question}&mode=hybrid")).await;
    by_both.sort();
    assert_eq!(by_both, ["Norwegian salmon", "The parcel from Tromsø"]);
    assert_eq!(names(&ann, &format!("{question}&mode=semantic")).await, ["Norwegian salmon"]);
    vectors.break_with(VectorFault::Down);
    assert_eq!(names(&ann, &format!("{question}&mode=hybrid")).await, ["The parcel from Tromsø"], "by words alone");
}

async fn a_search_by_meaning_is_narrowed_whatever_the_index_says(setup: Setup) {
    let vectors = FakeVectorStore::new();
    let stead = setup.vectors(&vectors).start().await;
    let ann = stead.register("ann").await;
    let ben = ann.invite("ben", "member").await;
    let (one, other) = (room(&ann, "One").await, room(&ann, "Other").await);
    ann.put_nothing(&format!("/channels/{one}/members/{}", ben.id())).await.expect(200);
    let first = say(&ann, &one, "pumpkin one").await;
    let second = say(&ben, &one, "pumpkin two").await;
    say(&ann, &other, "pumpkin three").await;
    let file = ann.upload("pumpkin.txt", "All about the pumpkin.").await;
    let body = json!({"content": "Look", "file_ids": [file["id"]]});
    ann.post(&format!("/channels/{other}/messages"), body).await.expect(201);
    are_near(&ann, "q=pumpkin&type=file", 1).await;
    are_near(&ann, "q=pumpkin&type=message", 4).await;
    let at = text(&second["created_at"]).to_owned();
    for lies in [false, true] {
        if lies {
            vectors.lie([VectorLie::IgnoresTheFilter]);
        }
        for mode in ["semantic", "hybrid"] {
            let found = async |narrowed: &str| {
                let mut found = names(&ann, &format!("q=pumpkin&mode={mode}{narrowed}")).await;
                found.sort();
                found
            };
            assert_eq!(found("&type=file").await, ["pumpkin.txt"]);
            assert_eq!(found(&format!("&channel_id={one}")).await, ["pumpkin one", "pumpkin two"]);
            assert_eq!(found(&format!("&from_user_id={}", ben.id())).await, ["pumpkin two"]);
            assert_eq!(found(&format!("&type=message&before={at}")).await, ["pumpkin one"]);
            let later = found(&format!("&type=message&after={at}&channel_id={one}")).await;
            assert_eq!(later, ["pumpkin two"], "{first}");
        }
    }
}

async fn a_file_is_found_once(stead: Stead) {
    let ann = stead.register("ann").await;
    let house = room(&ann, "House").await;
    let long = (0..400).map(|n| format!("The pumpkin of the year {n} was heavy. ")).collect::<String>();
    let file = ann.upload("pumpkins.txt", &long).await;
    let body = json!({"content": "Look", "file_ids": [file["id"]]});
    ann.post(&format!("/channels/{house}/messages"), body).await.expect(201);
    are_near(&ann, "q=pumpkin&type=file", 1).await;
    let found = results(&ann, "q=pumpkin&type=file&mode=hybrid").await;
    assert_eq!((found.len(), &found[0]["file"]["id"]), (1, &file["id"]));
}

async fn a_key_finds_by_meaning_what_its_scopes_cover(stead: Stead) {
    let ann = stead.register("ann").await;
    let house = room(&ann, "House").await;
    say(&ann, &house, "pumpkin in the room").await;
    ann.talk().await.say("pumpkin in the thread").await.expect(201);
    let file = ann.upload("pumpkin.txt", "All about the pumpkin.").await;
    let body = json!({"content": "pumpkin file", "file_ids": [file["id"]]});
    ann.post(&format!("/channels/{house}/messages"), body).await.expect(201);
    eventually("all of it", async || {
        let found = names(&ann, "q=pumpkin&mode=semantic").await;
        ["pumpkin in the room", "pumpkin in the thread", "pumpkin.txt"]
            .iter()
            .all(|what| found.iter().any(|found| found == what))
            .then_some(())
    })
    .await;
    for mode in ["semantic", "hybrid"] {
        for (scopes, has_thread, has_file) in [
            (&["channels:read"][..], false, false),
            (&["channels:read", "threads:read"], true, false),
            (&["channels:read", "files:read"], false, true),
        ] {
            let key = ann.post("/api-keys", json!({"name": "A key", "scopes": scopes})).await.expect(201);
            let client = ann.with_token(text(&key["secret"]));
            let page = client.get(&format!("/search?q=pumpkin&mode={mode}")).await.expect(200);
            let found: Vec<String> = page["results"].as_array().unwrap().iter().map(name).collect();
            let has = |what: &str| found.iter().any(|found| found == what);
            assert!(has("pumpkin in the room"), "{scopes:?}: {found:?}");
            assert_eq!((has("pumpkin in the thread"), has("pumpkin.txt")), (has_thread, has_file), "{found:?}");
        }
    }
}

/// By words it is found, and it is said that only they counted.
async fn is_degraded(ann: &Account, expected: &str) {
    once_found(ann, "q=pumpkin", 1).await;
    let page = ann.get("/search?q=When+is+the+pumpkin+harvest%3F&mode=hybrid").await.expect(200);
    assert_eq!(page["degraded"], true, "{page}");
    let found: Vec<String> = page["results"].as_array().unwrap().iter().map(name).collect();
    assert_eq!(found, [expected]);
    assert_eq!(ann.get("/search?q=pumpkin").await.expect(200)["degraded"], false);
}

async fn without_an_index_both_go_by_words(setup: Setup) {
    let vectors = FakeVectorStore::new();
    let stead = setup.vectors(&vectors).start().await;
    let ann = stead.register("ann").await;
    say(&ann, &room(&ann, "House").await, "The pumpkin is in the shed").await;
    are_near(&ann, "q=pumpkin", 1).await;
    vectors.break_with(VectorFault::Down);
    is_degraded(&ann, "The pumpkin is in the shed").await;
    ann.get("/search?q=pumpkin&mode=semantic").await.refused(503, "unavailable");
    vectors.mend();
    assert_eq!(names(&ann, "q=pumpkin&mode=semantic").await, ["The pumpkin is in the shed"]);
}

async fn without_an_embedder_both_go_by_words(setup: Setup) {
    let embedder = FakeEmbedder::new();
    let stead = setup.embedder(&embedder).start().await;
    let ann = stead.register("ann").await;
    say(&ann, &room(&ann, "House").await, "The pumpkin is in the shed").await;
    are_near(&ann, "q=pumpkin", 1).await;
    embedder.fail_with(Some(LlmError::new(LlmErrorKind::Unavailable, "away")));
    is_degraded(&ann, "The pumpkin is in the shed").await;
    ann.get("/search?q=pumpkin&mode=semantic").await.refused(503, "ai_unavailable");
}

async fn who_has_ai_switched_off_finds_words(stead: Stead) {
    let ann = stead.register("ann").await;
    say(&ann, &room(&ann, "House").await, "The pumpkin is in the shed").await;
    are_near(&ann, "q=pumpkin", 1).await;
    ann.patch("/organization", json!({"ai_enabled": false})).await.expect(200);
    eventually("AI to be off", async || (ann.get("/search?q=pumpkin&mode=semantic").await.status == 409).then_some(()))
        .await;
    ann.get("/search?q=pumpkin&mode=semantic").await.refused(409, "ai_disabled");
    is_degraded(&ann, "The pumpkin is in the shed").await;
}
