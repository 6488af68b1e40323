//! A process dies in the middle of an answer in a room: another gives it, once.

use stead_testkit::{gate::Gate, openai_wire::Reply};

use super::{are, direct, messages, say};
use crate::harness::{Account, Setup, account::registration, call::Address, process::Process, setup::Model};

on_both!(an_answer_whose_process_died_is_given_once);

async fn an_answer_whose_process_died_is_given_once(setup: Setup) {
    let setup = setup.wire().await;
    let Model::Wire(wire) = &setup.model else { panic!("not the wire server") };
    let address = Address::default();
    let process = Process::serve(&setup, &address).await;
    let stranger = process.stranger();
    let signed_in = stranger.post("/auth/register", registration("ann")).await.expect(201);
    let ann = Account::from_sign_in(&stranger, "ann@example.org", signed_in);
    let ben = ann.invite("ben", "member").await;
    let (channel, gate) = (direct(&ann, &ben).await, Gate::new());
    wire.script(Reply::pieces(["Half an ", "answer"]).waits_after(1, &gate));
    say(&ann, &channel, "When are you back?").await;
    gate.reached().await;
    // One that waits behind it.
    say(&ann, &channel, "Hello?").await;
    process.kill().await;
    setup.home.let_leases_lapse().await;

    let process = Process::serve(&setup, &address).await;
    are(&ann, &channel, 4).await;
    let own = ann.own_channel().await;
    say(&ann, &own, "Is it done?").await;
    are(&ann, &own, 2).await;
    let said = messages(&ann, &channel).await;
    assert_eq!(said.len(), 4, "{said:#?}");
    assert!(said[2..].iter().all(|said| said["from_ai"] == true && said["on_behalf_of"]["id"] == ben.id()));
    assert!(said.iter().all(|said| said["content"] != "Half an "));
    process.kill().await;
}
