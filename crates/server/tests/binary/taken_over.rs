//! A process dies in the middle of an answer: another goes on, and whoever follows the answer is told.

use serde_json::json;
use stead_testkit::{
    gate::Gate,
    openai_wire::{OpenAiWireServer, Reply},
};

use crate::harness::{
    Account, Backend, Setup, Talk,
    account::registration,
    call::Address,
    events::{assert_positions, content, names},
    eventually,
    process::Process,
    setup::Model,
};

on_both!(
    a_run_whose_process_died_is_begun_anew_and_the_next_one_follows,
    a_run_that_kills_every_process_is_given_up_with_the_text_it_had,
    a_run_to_be_stopped_whose_process_died_is_stopped,
);

pub(super) const TEXT: &str = "partially-written ";

pub(super) fn wire(setup: &Setup) -> &OpenAiWireServer {
    let Model::Wire(wire) = &setup.model else { panic!("not the wire server") };
    wire
}

/// A process, and a thread of somebody who has just registered.
pub(super) async fn serve_with_thread(setup: &Setup, address: &Address) -> (Process, Talk) {
    let process = Process::serve(setup, address).await;
    let stranger = process.stranger();
    let signed_in = stranger.post("/auth/register", registration("ann")).await.expect(201);
    let ann = Account::from_sign_in(&stranger, "ann@example.org", signed_in);
    (process, ann.talk().await)
}

/// Kills a process when some of the answer is durable, and lets its leases lapse.
async fn kill_in_the_middle(setup: &Setup, process: Process, pieces: usize) {
    eventually("the text to be durable", async || (durable_pieces(setup).await >= pieces).then_some(())).await;
    process.kill().await;
    setup.home.let_leases_lapse().await;
}

async fn a_run_whose_process_died_is_begun_anew_and_the_next_one_follows(setup: Setup) {
    let setup = setup.wire().await;
    let address = Address::default();
    let (process, talk) = serve_with_thread(&setup, &address).await;
    wire(&setup).script(Reply::pieces([TEXT, "and-never-finished"]).waits_after(1, &Gate::new()));
    let first = talk.send("u1").await;
    let second = talk.send("u2").await;
    let id = first["id"].as_str().unwrap();
    let seen = talk.follow(id).await.until("content.delta").await;
    let place = seen.last().unwrap().id.clone().expect("a place in the stream");
    kill_in_the_middle(&setup, process, 1).await;

    let process = Process::serve(&setup, &address).await;
    let resumed = talk.follow_from(id, &place).await.rest().await;
    assert_eq!(&names(&resumed)[..2], ["run.restarted", "message.snapshot"]);
    assert_eq!(resumed[0].data, json!({"attempt": 2}));
    assert_eq!((content(&resumed).as_str(), resumed.last().unwrap().name.as_str()), ("u1", "run.completed"));
    let run = talk.run(id).await;
    assert_eq!((&run["status"], &run["attempt"]), (&json!("completed"), &json!(2)));
    assert_eq!(talk.ended(second["id"].as_str().unwrap()).await["status"], "completed");
    assert_eq!(talk.transcript().await, ["user: u1", "assistant: u1", "user: u2", "assistant: u2"]);
    let whole = talk.follow(id).await.rest().await;
    assert_positions(&whole);
    assert_eq!(content(&whole), "u1");
    talk.say("u3").await.expect(201);
    process.kill().await;
}

async fn a_run_that_kills_every_process_is_given_up_with_the_text_it_had(setup: Setup) {
    let setup = setup.wire().await;
    let address = Address::default();
    let (mut process, talk) = serve_with_thread(&setup, &address).await;
    for _ in 0..3 {
        wire(&setup).script(Reply::pieces([TEXT, "and-never-finished"]).waits_after(1, &Gate::new()));
    }
    let run = talk.send("u1").await;
    let id = run["id"].as_str().unwrap();
    for attempt in 1..=3 {
        let begun = async || (talk.run(id).await["attempt"] == json!(attempt)).then_some(());
        eventually("the next attempt", begun).await;
        kill_in_the_middle(&setup, process, attempt).await;
        process = Process::serve(&setup, &address).await;
    }
    let run = talk.ended(id).await;
    assert_eq!((&run["status"], &run["error"]["code"]), (&json!("failed"), &json!("interrupted")));
    assert_eq!(talk.messages().await[1]["content"], TEXT, "what there was is kept");
    let events = talk.follow(id).await.rest().await;
    assert_eq!((content(&events).as_str(), events.last().unwrap().name.as_str()), (TEXT, "run.failed"));
    assert_eq!(talk.say("u2").await.expect(201)["content"], "u2");
    process.kill().await;
}

async fn a_run_to_be_stopped_whose_process_died_is_stopped(setup: Setup) {
    let setup = setup.wire().await;
    let address = Address::default();
    let (process, talk) = serve_with_thread(&setup, &address).await;
    wire(&setup).script(Reply::pieces([TEXT, "and-never-finished"]).waits_after(1, &Gate::new()));
    let run = talk.send("u1").await;
    let id = run["id"].as_str().unwrap();
    talk.follow(id).await.until("content.delta").await;
    kill_in_the_middle(&setup, process, 1).await;

    let process = Process::serve(&setup, &address).await;
    // Whether it comes before the run is begun anew or after: it is stopped.
    let stopped = talk.cancel(id).await;
    assert!(["cancelled", "completed"].contains(&stopped["status"].as_str().unwrap()), "{stopped}");
    process.kill().await;
}

/// How many times the text is in the database, as far as can be seen from outside of the process that owns it.
pub(super) async fn durable_pieces(setup: &Setup) -> usize {
    match setup.home.backend {
        Backend::Sqlite => {
            let count = |name: &str| {
                let file = std::fs::read(setup.home.data_dir.path().join(name)).unwrap_or_default();
                file.windows(TEXT.len()).filter(|bytes| *bytes == TEXT.as_bytes()).count()
            };
            count("stead.db") + count("stead.db-wal")
        }
        Backend::Postgres => {
            let client = setup.home.postgres().client().await.unwrap();
            client.query("SELECT FROM run_chunks", &[]).await.unwrap().len()
        }
    }
}
