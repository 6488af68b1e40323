//! What is found.

use std::time::{Duration, Instant};

use serde_json::json;
use stead_testkit::fakes::FakeReply;

use super::{names, once_found, results};
use crate::harness::{Stead, eventually, talk::text};

on_both!(
    what_is_said_is_found_soon,
    files_are_found_by_name_and_by_what_they_say,
    a_search_is_narrowed,
    what_is_deleted_is_not_found_any_more,
    what_was_said_before_a_restart_is_found,
);

async fn what_is_said_is_found_soon(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    stead.script().answers([FakeReply::text("The **walrus** lives <in> the north.")]);
    let answer = talk.say("Where does the walrus live?").await.expect(201);
    let said = Instant::now();
    let found = once_found(&ann, "q=walrus", 2).await;
    assert!(said.elapsed() < Duration::from_secs(5), "{:?}", said.elapsed());
    let said_by = |ai: bool| found.iter().find(|found| found["message"]["from_ai"] == ai).unwrap();
    let (of_agent, of_ann) = (said_by(true), said_by(false));
    assert_eq!((&of_agent["type"], &of_agent["message"]["id"]), (&json!("message"), &answer["id"]));
    assert_eq!(of_agent["message"]["author"]["kind"], "agent");
    assert_eq!(of_agent["highlights"], json!(["The **<mark>walrus</mark>** lives &lt;in&gt; the north."]));
    assert_eq!(of_ann["message"]["thread_id"], talk.id);
    assert_eq!(of_ann["message"]["agent_id"], ann.default_agent());
    assert_eq!(of_ann["message"]["author"]["id"], ann.id());
    assert_eq!(of_ann["message"]["author"]["display_name"], "The ann");
    assert_eq!(names(&ann, "q=%22walrus%20live%22").await, ["Where does the walrus live?"]);
    assert_eq!(names(&ann, "q=WALR").await.len(), 2);
    assert_eq!(names(&ann, "q=north%20walrus").await.len(), 1);
    assert!(names(&ann, "q=walrus%20south").await.is_empty());
}

async fn files_are_found_by_name_and_by_what_they_say(stead: Stead) {
    let ann = stead.register("ann").await;
    let file = ann.upload("Expedition.md", "# North\nThe walrus was seen.\n\n# South\nOnly penguins.\n").await;
    let found = once_found(&ann, "q=walrus&type=file", 1).await.remove(0);
    assert_eq!((&found["type"], &found["file"]["id"]), (&json!("file"), &file["id"]));
    assert!(text(&found["highlights"][0]).contains("<mark>walrus</mark>"), "{found}");
    assert!(text(&found["file"]["passage"]["text"]).contains("walrus"), "{found}");
    assert_eq!(found["file"]["uploaded_by"], ann.id());
    let found = results(&ann, "q=expedition").await.remove(0);
    assert_eq!(found["file"].get("passage"), None);
    assert!(text(&found["highlights"][0]).contains("<mark>Expedition</mark>"), "{found}");
    assert!(results(&ann, "q=walrus&type=message").await.is_empty());
    ann.delete(&format!("/files/{}", text(&file["id"]))).await.expect(204);
    assert!(results(&ann, "q=walrus").await.is_empty());
    assert!(results(&ann, "q=expedition").await.is_empty());
}

async fn a_search_is_narrowed(stead: Stead) {
    let ann = stead.register("ann").await;
    let (one, other) = (ann.talk().await, ann.talk().await);
    for (talk, said) in [(&one, "needle one"), (&other, "needle two")] {
        stead.script().answers([FakeReply::text("Found it.")]);
        talk.say(said).await.expect(201);
    }
    let file = format!("/files/{}", text(&ann.upload("needle.txt", "needle three").await["id"]));
    // While it is understood it changes: what is found of it then may be what it was.
    let is_understood = async || (ann.get(&file).await.expect(200)["status"] == "ready").then_some(());
    eventually("the file to be understood", is_understood).await;
    let all = once_found(&ann, "q=needle", 3).await;
    assert_eq!(names(&ann, "q=needle").await, ["needle.txt", "needle two", "needle one"]);
    assert_eq!(names(&ann, "q=needle&type=file").await, ["needle.txt"]);
    assert_eq!(names(&ann, "q=needle&type=message&mode=keyword").await, ["needle two", "needle one"]);
    assert_eq!(names(&ann, &format!("q=needle&channel_id={}", one.id)).await, ["needle one"]);
    assert_eq!(names(&ann, &format!("q=needle&from_user_id={}", ann.id())).await.len(), 3);
    let nobody = "0197a3c4-5d6e-7f80-9a1b-000000000099";
    assert!(names(&ann, &format!("q=needle&from_user_id={nobody}")).await.is_empty());
    assert!(names(&ann, &format!("q=needle&channel_id={nobody}")).await.is_empty());
    let second = text(&all[1]["message"]["created_at"]);
    assert_eq!(names(&ann, &format!("q=needle&after={second}")).await, ["needle.txt", "needle two"]);
    assert_eq!(names(&ann, &format!("q=needle&before={second}")).await, ["needle one"]);
}

async fn what_is_deleted_is_not_found_any_more(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    stead.script().answers([FakeReply::text("Indeed.")]);
    talk.say("needle").await.expect(201);
    once_found(&ann, "q=needle", 1).await;
    ann.delete(&format!("/chat/default/threads/{}", talk.id)).await.expect(204);
    assert!(results(&ann, "q=needle").await.is_empty());
}

async fn what_was_said_before_a_restart_is_found(mut stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    stead.script().answers([FakeReply::text("Indeed.")]);
    talk.say("needle").await.expect(201);
    stead.restart().await;
    once_found(&ann, "q=needle", 1).await;
}
