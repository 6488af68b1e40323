//! Several processes on one Postgres: any of them follows, stops and takes over what another works on.

use serde_json::json;
use stead_testkit::{gate::Gate, openai_wire::Reply};

use super::taken_over::{TEXT, durable_pieces, serve_with_thread, wire};
use crate::harness::{
    Setup, Talk,
    call::Address,
    events::{assert_positions, content, names},
    eventually,
    process::{Process, stead},
};

on_postgres!(
    an_answer_is_followed_on_another_node_from_exactly_where_the_reader_was,
    an_answer_is_stopped_from_another_node,
    another_node_takes_over_and_the_dead_ones_reader_goes_on_there,
    a_worker_without_http_finishes_what_a_dead_node_left,
);

/// A second node, and the same thread seen through it.
async fn second_node(setup: &Setup, talk: &Talk) -> (Process, Talk) {
    let address = Address::default();
    let process = Process::serve(setup, &address).await;
    (process, talk.through(&address))
}

async fn an_answer_is_followed_on_another_node_from_exactly_where_the_reader_was(setup: Setup) {
    let setup = setup.wire().await;
    let (one, talk) = serve_with_thread(&setup, &Address::default()).await;
    let (other, there) = second_node(&setup, &talk).await;
    let gate = Gate::new();
    wire(&setup).script(Reply::pieces([TEXT, "and finished 🧩"]).waits_after(1, &gate));
    let run = talk.send("u1").await;
    let id = run["id"].as_str().unwrap();
    let mut here = talk.follow(id).await;
    let seen = here.until("content.delta").await;
    let mut far = there.follow(id).await;
    let seen_far = far.until("content.delta").await;
    assert_eq!(names(&seen_far), names(&seen));
    assert_eq!(content(&seen_far), TEXT);
    let resumed = there.follow_from(id, seen.last().unwrap().id.as_deref().unwrap()).await;
    gate.open();
    let resumed = resumed.rest().await;
    assert_eq!(names(&resumed), ["content.delta", "usage", "message.completed", "run.completed"]);
    assert_eq!(content(&resumed), "and finished 🧩", "nothing twice, nothing missed");
    let whole: Vec<_> = seen_far.into_iter().chain(far.rest().await).collect();
    assert_positions(&whole);
    assert_eq!(content(&whole), format!("{TEXT}and finished 🧩"));
    one.kill().await;
    other.kill().await;
}

async fn an_answer_is_stopped_from_another_node(setup: Setup) {
    let setup = setup.wire().await;
    let (one, talk) = serve_with_thread(&setup, &Address::default()).await;
    let (other, there) = second_node(&setup, &talk).await;
    let gate = Gate::new();
    wire(&setup).script(Reply::pieces([TEXT, "more ", "and more"]).waits_after(1, &gate));
    let run = talk.send("u1").await;
    let id = run["id"].as_str().unwrap();
    talk.follow(id).await.until("content.delta").await;
    // The node that works on it learns of it when it next keeps a piece.
    let (stopped, ()) = tokio::join!(there.cancel(id), async { gate.open() });
    let run = eventually("its end", async || {
        let run = there.run(id).await;
        (run["status"] != "running").then_some(run)
    });
    let run = run.await;
    assert!(["cancelled", "completed"].contains(&run["status"].as_str().unwrap()), "{stopped} {run}");
    one.kill().await;
    other.kill().await;
}

async fn another_node_takes_over_and_the_dead_ones_reader_goes_on_there(setup: Setup) {
    let setup = setup.wire().await;
    let (one, talk) = serve_with_thread(&setup, &Address::default()).await;
    let (other, there) = second_node(&setup, &talk).await;
    wire(&setup).script(Reply::pieces([TEXT, "and-never-finished"]).waits_after(1, &Gate::new()));
    let run = talk.send("u1").await;
    let id = run["id"].as_str().unwrap();
    let seen = talk.follow(id).await.until("content.delta").await;
    eventually("the text to be durable", async || (durable_pieces(&setup).await > 0).then_some(())).await;
    one.kill().await;
    setup.home.let_leases_lapse().await;
    let resumed = there.follow_from(id, seen.last().unwrap().id.as_deref().unwrap()).await.rest().await;
    assert_eq!((content(&resumed).as_str(), resumed.last().unwrap().name.as_str()), ("u1", "run.completed"));
    assert_eq!(there.run(id).await["attempt"], json!(2));
    other.kill().await;
}

async fn a_worker_without_http_finishes_what_a_dead_node_left(setup: Setup) {
    let setup = setup.wire().await;
    let address = Address::default();
    let (one, talk) = serve_with_thread(&setup, &address).await;
    wire(&setup).script(Reply::pieces([TEXT, "and-never-finished"]).waits_after(1, &Gate::new()));
    let run = talk.send("u1").await;
    let id = run["id"].as_str().unwrap();
    talk.follow(id).await.until("content.delta").await;
    one.kill().await;
    setup.home.let_leases_lapse().await;
    let mut worker = stead(&["worker"], &setup.settings()).spawn().expect("the binary runs");
    let client = setup.home.postgres().client().await.unwrap();
    eventually("the worker to finish it", async || {
        let ended = client.query("SELECT FROM runs WHERE status = 'completed' AND attempt = 2", &[]).await.unwrap();
        (!ended.is_empty()).then_some(())
    })
    .await;
    worker.kill().await.expect("it is killed");
    let again = Process::serve(&setup, &address).await;
    assert_eq!(talk.transcript().await, ["user: u1", "assistant: u1"]);
    again.kill().await;
}
