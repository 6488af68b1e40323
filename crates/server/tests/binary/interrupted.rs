use serde_json::json;
use stead_testkit::{
    gate::Gate,
    openai_wire::{OpenAiWireServer, Reply},
};

use crate::harness::{
    Account, Backend, Setup, account::registration, call::Address, events::content, eventually, process::Process,
    setup::Model,
};

on_both!(a_run_that_died_with_its_process_is_ended_and_the_next_one_starts);

const TEXT: &str = "partially-written ";

fn wire(setup: &Setup) -> &OpenAiWireServer {
    let Model::Wire(wire) = &setup.model else { panic!("not the wire server") };
    wire
}

async fn a_run_that_died_with_its_process_is_ended_and_the_next_one_starts(setup: Setup) {
    let setup = setup.wire().await;
    let address = Address::default();
    let process = Process::serve(&setup, &address).await;
    let stranger = process.stranger();
    let signed_in = stranger.post("/auth/register", registration("ann")).await.expect(201);
    let ann = Account::from_sign_in(&stranger, "ann@example.org", signed_in);
    let talk = ann.talk().await;
    let gate = Gate::new();
    wire(&setup).script(Reply::pieces([TEXT, "and-never-finished"]).waits_after(1, &gate));
    let first = talk.send("u1").await;
    let second = talk.send("u2").await;
    talk.follow(first["id"].as_str().unwrap()).await.until("content.delta").await;
    eventually("the text to be durable", async || is_durable(&setup).await.then_some(())).await;
    process.kill().await;
    setup.home.let_leases_lapse().await;

    let process = Process::serve(&setup, &address).await;
    let id = first["id"].as_str().unwrap();
    let run = eventually("the dead run to be ended", async || {
        let run = talk.run(id).await;
        (run["status"] != "running").then_some(run)
    });
    let run = run.await;
    assert_eq!((&run["status"], &run["error"]["code"]), (&json!("failed"), &json!("interrupted")));
    let ended = talk.ended(second["id"].as_str().unwrap()).await;
    assert_eq!(ended["status"], "completed");
    let messages = talk.messages().await;
    assert_eq!(messages[1]["content"], TEXT, "what there was is kept");
    assert_eq!((&messages[1]["status"], &messages[3]["content"]), (&json!("failed"), &json!("u2")));
    // Whoever comes back to its stream is told how it ended.
    let events = talk.follow(id).await.rest().await;
    assert_eq!((content(&events).as_str(), events.last().unwrap().name.as_str()), (TEXT, "run.failed"));
    talk.say("u3").await.expect(201);
    process.kill().await;
}

/// Whether the database has the text, as far as can be seen from outside of the process that owns it.
async fn is_durable(setup: &Setup) -> bool {
    match setup.home.backend {
        Backend::Sqlite => {
            let contains = |name: &str| {
                let file = std::fs::read(setup.home.data_dir.path().join(name)).unwrap_or_default();
                file.windows(TEXT.len()).any(|bytes| bytes == TEXT.as_bytes())
            };
            contains("stead.db") || contains("stead.db-wal")
        }
        Backend::Postgres => {
            let client = setup.home.postgres().client().await.unwrap();
            !client.query("SELECT FROM run_chunks", &[]).await.unwrap().is_empty()
        }
    }
}
