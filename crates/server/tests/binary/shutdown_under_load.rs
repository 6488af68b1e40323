use std::time::Duration;

use futures_util::future::join_all;
use stead_testkit::{gate::Gate, openai_wire::Reply};

use crate::harness::{
    Account, Events, Setup, Talk, account::registration, call::Address, eventually, process::Process, setup::Model,
};

on_both!(whatever_is_under_way_ends_well, a_second_signal_does_not_wait);

/// What somebody says, and what then becomes of the answer when the process is asked to stop.
const QUICK: &str = "answered in time";
const STUCK: &str = "not answered in time";

/// One after the other.
fn texts(count: usize) -> impl Iterator<Item = &'static str> {
    [QUICK, STUCK].into_iter().cycle().take(count)
}

/// A model that waits in the middle of each answer, one gate for each of the two.
fn model(setup: &Setup) -> (Gate, Gate) {
    let Model::Wire(wire) = &setup.model else { panic!("not the wire server") };
    let (quick, stuck) = (Gate::new(), Gate::new());
    let gates = (quick.clone(), stuck.clone());
    wire.answer_with(move |request| {
        let gate = if request.last_user_text() == QUICK { &gates.0 } else { &gates.1 };
        Reply::text("one two").waits_after(1, gate)
    });
    (quick, stuck)
}

async fn ann(process: &Process) -> Account {
    let stranger = process.stranger();
    let signed_in = stranger.post("/auth/register", registration("ann")).await.expect(201);
    Account::from_sign_in(&stranger, "ann@example.org", signed_in)
}

/// Waits until the process takes no more requests, as whoever spreads the load must see.
async fn turned_away(process: &Process) {
    let look =
        async || process.stranger().at_root().get("/readyz").try_send().await.is_none_or(|(status, _)| status == 503);
    eventually("the process to take no more requests", async || look().await.then_some(())).await;
}

async fn streaming(ann: &Account, text: &'static str) -> (&'static str, Talk, Events) {
    let talk = ann.talk().await;
    let mut events = talk.stream(text).await;
    events.until("content.delta").await;
    (text, talk, events)
}

async fn whatever_is_under_way_ends_well(setup: Setup) {
    let setup = setup.wire().await.setting("STEAD_LLM__MAX_CONCURRENT", 200);
    let setup = setup.setting("STEAD_SERVER__SHUTDOWN_TIMEOUT", "2s");
    let address = Address::default();
    let process = Process::serve(&setup, &address).await;
    let ann = ann(&process).await;
    let (quick, stuck) = model(&setup);

    let streams = join_all(texts(50).map(|text| streaming(&ann, text))).await;
    let alone = join_all(texts(10).map(async |text| {
        let talk = ann.talk().await;
        talk.send(text).await;
        talk
    }));
    let alone = alone.await;
    let waiting = join_all(texts(20).map(async |text| {
        let talk = ann.talk().await;
        let status = talk.say(text).await.status;
        (text, talk, status)
    }));
    let stopping = async {
        quick.reached_by(40).await;
        stuck.reached_by(40).await;
        process.terminate().await;
        turned_away(&process).await;
        quick.open();
        join_all(streams.into_iter().map(async |(text, talk, events)| {
            let last = events.rest().await.pop().expect("the stream says how it ends");
            (text, talk, last.name)
        }))
        .await
    };
    let (waited, streamed) = tokio::join!(waiting, stopping);
    for (text, _, status) in &waited {
        assert_eq!(*status, if *text == QUICK { 201 } else { 202 }, "{text}: {status}");
    }
    for (text, _, last) in &streamed {
        assert_eq!(last, if *text == QUICK { "run.completed" } else { "server.closing" }, "{text}");
    }
    let (status, took, _) = process.ended().await;
    assert_eq!(status.code(), Some(0));
    assert!(took < Duration::from_secs(10), "{took:?}");

    // Everything was let go: the next process takes it up at once.
    stuck.open();
    let _process = Process::serve(&setup, &address).await;
    let talks = waited.iter().map(|(_, talk, _)| talk).chain(streamed.iter().map(|(_, talk, _)| talk)).chain(&alone);
    join_all(talks.map(async |talk| {
        let whole =
            async || talk.messages().await.get(1).is_some_and(|answer| answer["status"] == "complete").then_some(());
        eventually("the answer to be whole", whole).await;
        assert_eq!(talk.messages().await[1]["content"], "one two");
    }))
    .await;
}

async fn a_second_signal_does_not_wait(setup: Setup) {
    let setup = setup.wire().await;
    let address = Address::default();
    let process = Process::serve(&setup, &address).await;
    let ann = ann(&process).await;
    let _gates = model(&setup);
    let (_, talk, _events) = streaming(&ann, STUCK).await;
    process.terminate().await;
    turned_away(&process).await;
    process.terminate().await;
    let (status, took, _) = process.ended().await;
    assert_eq!(status.code(), Some(0));
    assert!(took < Duration::from_secs(3), "{took:?}");
    let _process = Process::serve(&setup, &address).await;
    assert_eq!(talk.messages().await[0]["content"], STUCK);
}
