//! The built binary is killed with SIGKILL at random moments, again and again, while several people's messages are in
//! flight. `STEAD_TEST_CHAOS_ROUNDS` says how often, `STEAD_TEST_CHAOS_SEED` repeats the moments of another time.

pub mod seed;
mod writer;

use std::{sync::Arc, time::Duration};

use stead_testkit::openai_wire::{OpenAiWireServer, Reply};

use self::{seed::Moments, writer::Writer};
use crate::harness::{Account, Setup, account::registration, call::Address, process::Process, setup::Model};

on_both!(no_acknowledged_message_is_lost_to_kill_9);

const ROUNDS: usize = 25;
const WRITERS: usize = 4;
/// The longest that a process lives after its writers have begun.
const LONGEST_LIFE: Duration = Duration::from_millis(400);
/// The same of one that is killed before anybody writes.
const SHORTER_LIFE: Duration = Duration::from_millis(100);
/// It answers word by word, so that it is also killed in the middle of an answer.
const BETWEEN_WORDS: Duration = Duration::from_millis(2);

async fn no_acknowledged_message_is_lost_to_kill_9(setup: Setup) {
    let mut moments = Moments::from_environment();
    let address = Address::default();
    let mut model = model_of(&setup).await;
    let mut process = Process::serve(&model, &address).await;
    let stranger = process.stranger();
    let signed_in = stranger.post("/auth/register", registration("ann")).await.expect(201);
    let mut ann = Account::from_sign_in(&stranger, "ann@example.org", signed_in);
    let mut done: Vec<Writer> = Vec::new();
    for round in 0..seed::rounds(ROUNDS) {
        // An access token does not outlive many rounds.
        ann = ann.sign_in_again().await;
        let mut writers = Vec::new();
        for _ in 0..WRITERS {
            writers.push(Writer::new(&ann).await);
        }
        let writing = futures_util::future::join_all(writers.iter_mut().map(Writer::write_until_it_dies));
        let killing = async {
            tokio::time::sleep(moments.next(LONGEST_LIFE)).await;
            process.kill().await;
            setup.home.let_leases_lapse().await;
        };
        tokio::join!(writing, killing);
        accepted_everything(&model, round);
        model = model_of(&setup).await;
        process = Process::serve(&model, &address).await;
        if round % 3 == 2 {
            // Again, while it takes up what the last one left.
            tokio::time::sleep(moments.next(SHORTER_LIFE)).await;
            process.kill().await;
            setup.home.let_leases_lapse().await;
            process = Process::serve(&model, &address).await;
        }
        let checks = writers.iter_mut().map(|writer| writer.is_taken_up_again(round));
        futures_util::future::join_all(checks).await;
        accepted_everything(&model, round);
        done.extend(writers);
    }
    let (said, begun_anew) = done.iter().fold((0, 0), |(said, anew), one| (said + one.said(), anew + one.begun_anew));
    seed::say(&format!("{said} messages, {begun_anew} answers begun anew"));
    for writer in done {
        writer.with(&ann).has_all_of_it("at the end").await;
    }
    process.kill().await;
}

/// With a model of its own, which repeats slowly what it is told.
async fn model_of(setup: &Setup) -> Setup {
    let setup = setup.clone().wire().await;
    wire(&setup).answer_with(|request| Reply::text(request.last_user_text()).slow(BETWEEN_WORDS));
    setup
}

/// The strict server has found nothing wrong with any history that it was sent.
#[track_caller]
fn accepted_everything(setup: &Setup, round: usize) {
    let wire = wire(setup);
    assert_eq!(wire.refusals(), Vec::<String>::new(), "round {round}");
}

fn wire(setup: &Setup) -> Arc<OpenAiWireServer> {
    let Model::Wire(wire) = &setup.model else { panic!("not the wire server") };
    Arc::clone(wire)
}
