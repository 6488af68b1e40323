use serde_json::json;
use stead_domain::ports::llm::LlmErrorKind;
use stead_testkit::{fakes::FakeReply, gate::Gate};

use crate::harness::{Setup, Stead, Talk, eventually, script};

const THREADS: &str = "/chat/default/threads";

on_both!(
    a_thread_is_titled_by_itself_after_the_first_turn,
    a_title_that_a_person_gave_is_never_replaced_by_itself,
    a_title_given_while_one_is_made_stays,
    a_title_can_be_asked_for,
    where_the_model_fails_the_first_words_are_the_title,
    a_thread_without_messages_has_nothing_to_make_a_title_from,
    the_offline_model_titles_too,
);

async fn untitled(stead: &Stead) -> (crate::harness::Account, Talk) {
    let ann = stead.register("ann").await;
    let thread = ann.post(THREADS, json!({})).await.expect(201);
    let talk = Talk::new(&ann, THREADS, &thread);
    (ann, talk)
}

async fn title_of(talk: &Talk) -> String {
    eventually("a title", async || talk.read().await["title"].as_str().map(str::to_owned)).await
}

async fn a_thread_is_titled_by_itself_after_the_first_turn(stead: Stead) {
    let (_, talk) = untitled(&stead).await;
    stead.script().titles(FakeReply::text("\"Boiling eggs\"\n"));
    assert_eq!(talk.read().await["title"], json!(null));
    talk.say("How do I boil eggs?").await.expect(201);
    assert_eq!(title_of(&talk).await, "Boiling eggs");
    let thread = talk.read().await;
    assert_eq!(thread["message_count"], 2, "a title is not a message");
}

async fn a_title_that_a_person_gave_is_never_replaced_by_itself(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    talk.say("one").await.expect(201);
    // A thread that is titled afterwards shows that the work of this one would have been done by then.
    let thread = ann.post(THREADS, json!({})).await.expect(201);
    let other = Talk::new(&ann, THREADS, &thread);
    other.say("two").await.expect(201);
    title_of(&other).await;
    assert_eq!(talk.read().await["title"], "A thread");
    assert_eq!(stead.llm().requests().len(), 3, "two answers and one title");
}

async fn a_title_given_while_one_is_made_stays(stead: Stead) {
    let (ann, talk) = untitled(&stead).await;
    let gate = Gate::new();
    stead.script().titles(FakeReply::text("By the model").behind(&gate));
    talk.say("hello").await.expect(201);
    gate.reached().await;
    ann.patch(&talk.path, json!({"title": "By Ann"})).await.expect(200);
    gate.open();
    let thread = ann.post(THREADS, json!({})).await.expect(201);
    let other = Talk::new(&ann, THREADS, &thread);
    other.say("two").await.expect(201);
    title_of(&other).await;
    assert_eq!(talk.read().await["title"], "By Ann");
}

async fn a_title_can_be_asked_for(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    talk.say("How do I boil eggs?").await.expect(201);
    stead.script().titles(FakeReply::text("Eggs"));
    let thread = ann.post_nothing(&talk.at("/generate_title")).await.expect(200);
    assert_eq!(thread["title"], "Eggs");
    assert_eq!(thread["messages"].as_array().unwrap().len(), 2);
    assert_eq!(talk.read().await["title"], "Eggs");
    let asked = stead.llm().requests().pop().unwrap();
    assert!(script::told(&asked).contains(&"user: How do I boil eggs?".to_owned()), "{asked:?}");
}

async fn where_the_model_fails_the_first_words_are_the_title(stead: Stead) {
    let (ann, talk) = untitled(&stead).await;
    stead.script().titles(FakeReply::refuses(LlmErrorKind::Unavailable));
    talk.say("# How do I *boil* eggs?\n\nThey are fresh.").await.expect(201);
    assert_eq!(title_of(&talk).await, "How do I boil eggs? They are fresh.");
    stead.script().titles(FakeReply::text(" \n "));
    let thread = ann.post_nothing(&talk.at("/generate_title")).await.expect(200);
    assert_eq!(thread["title"], "How do I boil eggs? They are fresh.");
    stead.script().titles(FakeReply::text("x".repeat(5_000)));
    let thread = ann.post_nothing(&talk.at("/generate_title")).await.expect(200);
    assert!(thread["title"].as_str().unwrap().chars().count() <= 200);
}

async fn a_thread_without_messages_has_nothing_to_make_a_title_from(stead: Stead) {
    let (ann, talk) = untitled(&stead).await;
    ann.post_nothing(&talk.at("/generate_title")).await.refused(409, "thread_empty");
    assert!(stead.llm().requests().is_empty());
}

async fn the_offline_model_titles_too(setup: Setup) {
    let stead = setup.offline().start().await;
    let (_, talk) = untitled(&stead).await;
    talk.say("How do I boil eggs?").await.expect(201);
    let title = title_of(&talk).await;
    assert!((1..=80).contains(&title.chars().count()), "{title}");
}
