//! Who is shut out is shut out of what is open too.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use stead_testkit::{
    fakes::{FakeClock, FakeReply},
    gate::Gate,
};

use crate::harness::{
    Account, Client, Events, Setup, Stead, Talk, account::registration, call::Address, events::content, eventually,
    process::Process,
};

on_both!(
    streams_end_when_their_sign_in_is_over,
    streams_end_when_their_key_is_over,
    streams_end_when_their_person_may_come_in_no_longer,
    who_waits_for_an_answer_is_told,
    others_and_the_answer_go_on,
);

mod nodes {
    use super::*;

    on_postgres!(streams_end_on_another_node_within_a_second);
}

const TEXT: &str = "The beginning";

/// A stream of an answer that is being written, read so far.
async fn open(stead: &Stead, talk: &Talk, gate: &Gate) -> Events {
    stead.script().answers([FakeReply::pieces([TEXT, " and the end."]).waits_after(1, gate)]);
    let mut events = talk.stream("hello").await;
    assert_eq!(content(&events.until("content.delta").await), TEXT);
    events
}

/// The stream ends without another word, as a stream should.
async fn breaks_off(events: Events, within: Duration) {
    let asked = Instant::now();
    assert_eq!(events.rest().await, []);
    assert!(asked.elapsed() < within, "{:?}", asked.elapsed());
}

/// What the machine may take for what happens at once.
const AT_ONCE: Duration = Duration::from_millis(500);

async fn streams_end_when_their_sign_in_is_over(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    for way in ["logout", "ended elsewhere", "an old refresh token"] {
        let there = ann.sign_in_again().await;
        let events = open(&stead, &through(&there, &talk), &Gate::new()).await;
        match way {
            "logout" => there.post_nothing("/auth/logout").await.expect(204),
            "ended elsewhere" => ann.delete(&format!("/auth/sessions/{}", current(&there).await)).await.expect(204),
            _ => {
                let refresh = async |token: &str| there.post("/auth/refresh", json!({"refresh_token": token})).await;
                let next = refresh(&there.refresh_token).await.expect(200)["refresh_token"].clone();
                refresh(next.as_str().unwrap()).await.expect(200);
                refresh(&there.refresh_token).await.refused(401, "unauthorized")
            }
        };
        breaks_off(events, AT_ONCE).await;
        let run = &talk.messages().await.last().unwrap()["metadata"]["run_id"].clone();
        talk.cancel(run.as_str().unwrap()).await;
    }
}

async fn streams_end_when_their_key_is_over(setup: Setup) {
    let clock = Arc::new(FakeClock::new());
    let stead = setup.clock(Arc::clone(&clock)).start().await;
    let ann = stead.register("ann").await;
    let gate = Gate::new();
    let (key, with_key) = with_key(&ann).await;
    let talk = ann.talk().await;
    let events = open(&stead, &Talk::new(&with_key, "/chat/default/threads", &talk.thread), &gate).await;
    ann.delete(&format!("/api-keys/{key}")).await.expect(204);
    breaks_off(events, AT_ONCE).await;

    let (_, with_key) = self::with_key(&ann).await;
    let talk = ann.talk().await;
    let events = open(&stead, &Talk::new(&with_key, "/chat/default/threads", &talk.thread), &gate).await;
    clock.advance(Duration::from_secs(366 * 24 * 60 * 60));
    breaks_off(events, Duration::from_secs(1) + AT_ONCE).await;
    gate.open();
}

async fn streams_end_when_their_person_may_come_in_no_longer(stead: Stead) {
    let ann = stead.register("ann").await;
    let gate = Gate::new();
    let mia = ann.invite("mia", "member").await;
    let (_, with_key) = with_key(&mia).await;
    let talk = mia.talk().await;
    let with_token = open(&stead, &talk, &gate).await;
    let run = talk.messages().await.last().unwrap()["metadata"]["run_id"].clone();
    let threads = "/chat/default/threads";
    let mut with_key = Talk::new(&with_key, threads, &talk.thread).follow(run.as_str().unwrap()).await;
    with_key.until("content.delta").await;
    ann.patch(&format!("/users/{}", mia.id()), json!({"deactivated": true})).await.expect(200);
    breaks_off(with_token, AT_ONCE).await;
    breaks_off(with_key, AT_ONCE).await;

    let zoe = ann.invite("zoe", "member").await;
    let events = open(&stead, &zoe.talk().await, &gate).await;
    zoe.delete("/users/me").await.expect(204);
    breaks_off(events, AT_ONCE).await;

    // The last one, whose organization and its services go too.
    let service = json!({"name": "A service", "scopes": ["threads:read", "threads:write"], "organization": true});
    let service = ann.post("/api-keys", service).await.expect(201)["secret"].as_str().unwrap().to_owned();
    let service = stead.stranger().with_token(&service);
    let thread = service.post(threads, json!({"title": "A thread"})).await.expect(201);
    let events = open(&stead, &Talk::new(&service, threads, &thread), &gate).await;
    ann.patch(&format!("/users/{}", mia.id()), json!({"deactivated": true})).await.expect(200);
    ann.delete("/users/me").await.expect(204);
    breaks_off(events, AT_ONCE).await;
    service.get("/users/me").await.refused(401, "unauthorized");
    gate.open();
}

async fn who_waits_for_an_answer_is_told(stead: Stead) {
    let ann = stead.register("ann").await;
    let mia = ann.invite("mia", "member").await;
    let gate = Gate::new();
    stead.script().answers([FakeReply::text("Too late").behind(&gate)]);
    let talk = mia.talk().await;
    let shut_out = async {
        gate.reached().await;
        ann.patch(&format!("/users/{}", mia.id()), json!({"deactivated": true})).await.expect(200);
    };
    let (answer, ()) = tokio::join!(talk.say("hello"), shut_out);
    answer.refused(401, "unauthorized");
    gate.open();
}

async fn others_and_the_answer_go_on(stead: Stead) {
    let ann = stead.register("ann").await;
    let gate = Gate::new();
    let talk = ann.talk().await;
    let there = ann.sign_in_again().await;
    let run = {
        let events = open(&stead, &through(&there, &talk), &gate).await;
        let run = talk.messages().await.last().unwrap()["metadata"]["run_id"].clone();
        let mut here = talk.follow(run.as_str().unwrap()).await;
        here.until("content.delta").await;
        there.post_nothing("/auth/logout").await.expect(204);
        breaks_off(events, AT_ONCE).await;
        gate.open();
        let rest = here.rest().await;
        assert_eq!(rest.last().unwrap().name, "run.completed");
        run
    };
    assert_eq!(talk.run(run.as_str().unwrap()).await["status"], "completed");
    let again = through(&there, &talk).at(&format!("/runs/{}/events", run.as_str().unwrap()));
    there.get(&again).await.refused(401, "unauthorized");
}

async fn streams_end_on_another_node_within_a_second(setup: Setup) {
    let setup = setup.wire().await;
    let (here, far) = (Address::default(), Address::default());
    let one = Process::serve(&setup, &here).await;
    let other = Process::serve(&setup, &far).await;
    let stranger = one.stranger();
    let signed_in = stranger.post("/auth/register", registration("ann")).await.expect(201);
    let ann = Account::from_sign_in(&stranger, "ann@example.org", signed_in);
    let talk = ann.talk().await;
    let crate::harness::setup::Model::Wire(wire) = &setup.model else { panic!("the wire server") };
    let gate = Gate::new();
    let never = || stead_testkit::openai_wire::Reply::pieces([TEXT, " and the end."]).waits_after(1, &gate);
    wire.script(never());
    let run = talk.send("hello").await;
    let run = run["id"].as_str().unwrap();
    // The one who asks the other node reads there what this one has kept.
    let (elsewhere, key) = (ann.sign_in_again().await, with_key(&ann).await);
    let mut streams = Vec::new();
    for client in [&*elsewhere, &key.1] {
        let talk = Talk::new(client, "/chat/default/threads", &talk.thread).through(&far);
        let mut events = talk.follow(run).await;
        events.until("content.delta").await;
        streams.push(events);
    }
    elsewhere.post_nothing("/auth/logout").await.expect(204);
    ann.delete(&format!("/api-keys/{}", key.0)).await.expect(204);
    let revoked = Instant::now();
    for events in streams {
        assert_eq!(events.rest().await, []);
    }
    assert!(revoked.elapsed() < Duration::from_secs(1) + AT_ONCE, "{:?}", revoked.elapsed());
    eventually("the answer's end", async || {
        gate.open();
        (talk.run(run).await["status"] == "completed").then_some(())
    })
    .await;
    one.kill().await;
    other.kill().await;
}

/// The same thread with somebody else's credentials.
fn through(account: &Account, talk: &Talk) -> Talk {
    Talk::new(account, "/chat/default/threads", &talk.thread)
}

async fn current(account: &Account) -> String {
    let sessions = account.get("/auth/sessions").await.expect(200)["sessions"].clone();
    let current = |session: &&Value| session["current"] == true;
    let session = sessions.as_array().unwrap().iter().find(current).expect("the current one").clone();
    session["id"].as_str().unwrap().to_owned()
}

/// A key of the account's, and a client with it.
async fn with_key(account: &Account) -> (String, Client) {
    let key = json!({"name": "A key", "scopes": ["threads:read", "threads:write"]});
    let key = account.post("/api-keys", key).await.expect(201);
    (key["id"].as_str().unwrap().to_owned(), account.with_token(key["secret"].as_str().unwrap()))
}
