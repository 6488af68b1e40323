use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};
use stead_testkit::fakes::FakeClock;

use crate::harness::{Account, Setup, Stead, account::joining};

on_both!(
    an_invited_person_joins_with_an_agent_of_their_own,
    an_invitation_is_taken_once,
    one_of_two_who_come_at_once_gets_in,
    what_is_no_good_invitation_is_refused,
    an_invitation_for_an_address_is_for_that_address,
    an_expired_invitation_is_over,
    exactly_one_of_organization_and_invitation_is_said,
    a_repeat_answers_without_the_token,
    only_admins_invite_and_only_owners_invite_owners,
    open_invitations_are_listed_and_can_be_withdrawn,
    an_invited_person_gets_in_where_strangers_do_not,
);

async fn invitation(account: &Account, body: Value) -> Value {
    account.post("/invitations", body).await.expect(201)
}

async fn join(stead: &Stead, handle: &str, invitation: &Value) -> crate::harness::Answer {
    stead.stranger().post("/auth/register", joining(handle, &invitation["token"])).await
}

async fn an_invited_person_joins_with_an_agent_of_their_own(stead: Stead) {
    let ann = stead.register("ann").await;
    let made = invitation(&ann, json!({"role": "admin"})).await;
    assert_eq!((&made["role"], &made["email"]), (&json!("admin"), &json!(null)));
    assert_eq!(made["invited_by"], ann.user["id"]);
    let joined = join(&stead, "mia", &made).await.expect(201);
    assert_eq!(joined["user"]["role"], "admin");
    assert_eq!(joined["organization"], ann.organization);
    let mia = Account::from_sign_in(&stead.stranger(), "mia@example.org", joined);
    let agents = mia.get("/agents").await.expect(200)["agents"].clone();
    let handles: Vec<_> = agents.as_array().unwrap().iter().map(|agent| agent["handle"].clone()).collect();
    assert_eq!(handles, ["stead", "ann", "mia"]);
    assert_eq!(agents[2]["owner_user_id"], mia.user["id"]);
    mia.talk().await.say("hello").await.expect(201);
}

async fn an_invitation_is_taken_once(stead: Stead) {
    let ann = stead.register("ann").await;
    let made = invitation(&ann, json!({})).await;
    assert_eq!(made["role"], "member");
    join(&stead, "mia", &made).await.expect(201);
    join(&stead, "zoe", &made).await.complains_about("invitation");
    // What is refused does not use it up.
    let second = invitation(&ann, json!({})).await;
    let mut taken = joining("zoe", &second["token"]);
    taken["email"] = json!("mia@example.org");
    stead.stranger().post("/auth/register", taken).await.refused(409, "email_taken");
    join(&stead, "zoe", &second).await.expect(201);
}

async fn one_of_two_who_come_at_once_gets_in(stead: Stead) {
    let ann = stead.register("ann").await;
    let made = invitation(&ann, json!({})).await;
    let (one, two) = tokio::join!(join(&stead, "mia", &made), join(&stead, "zoe", &made));
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 400]);
    assert_eq!(ann.get("/users").await.expect(200)["users"].as_array().unwrap().len(), 2);
}

async fn what_is_no_good_invitation_is_refused(stead: Stead) {
    let ann = stead.register("ann").await;
    let made = invitation(&ann, json!({})).await;
    let token = made["token"].as_str().unwrap().to_owned();
    let flipped = if token.ends_with('A') { "B" } else { "A" };
    for bad in ["nothing", "", &format!("{}{flipped}", &token[..20]), &ann.refresh_token, &"x".repeat(1001)] {
        let body = joining("mia", &json!(bad));
        stead.stranger().post("/auth/register", body).await.complains_about("invitation");
    }
    let path = format!("/invitations/{}", made["id"].as_str().unwrap());
    ann.delete(&path).await.expect(204);
    join(&stead, "mia", &made).await.complains_about("invitation");
}

async fn an_invitation_for_an_address_is_for_that_address(stead: Stead) {
    let ann = stead.register("ann").await;
    let made = invitation(&ann, json!({"email": "MIA@Example.org"})).await;
    assert_eq!(made["email"], "mia@example.org");
    join(&stead, "zoe", &made).await.complains_about("email");
    join(&stead, "mia", &made).await.expect(201);
}

async fn an_expired_invitation_is_over(setup: Setup) {
    let clock = Arc::new(FakeClock::new());
    let stead = setup.clock(Arc::clone(&clock)).start().await;
    let ann = stead.register("ann").await;
    let usual = invitation(&ann, json!({})).await;
    clock.advance(Duration::from_secs(7 * 24 * 60 * 60 - 1));
    let second = ann.sign_in_again().await;
    let open = second.get("/invitations").await.expect(200);
    assert_eq!(open["invitations"].as_array().unwrap().len(), 1);
    let fresh = invitation(&second, json!({})).await;
    clock.advance(Duration::from_secs(1));
    join(&stead, "mia", &usual).await.complains_about("invitation");
    join(&stead, "mia", &fresh).await.expect(201);
    assert_eq!(second.get("/invitations").await.expect(200)["invitations"], json!([]));
    for bad in ["2001-01-01T00:00:00Z", "2999-01-01T00:00:00Z", "tomorrow"] {
        second.post("/invitations", json!({"expires_at": bad})).await.complains_about("expires_at");
    }
}

async fn exactly_one_of_organization_and_invitation_is_said(stead: Stead) {
    let ann = stead.register("ann").await;
    let made = invitation(&ann, json!({})).await;
    let mut both = joining("mia", &made["token"]);
    both["organization_name"] = json!("Mine");
    stead.stranger().post("/auth/register", both).await.complains_about("invitation");
    let mut neither = joining("mia", &made["token"]);
    neither.as_object_mut().unwrap().remove("invitation");
    stead.stranger().post("/auth/register", neither).await.complains_about("organization_name");
}

async fn a_repeat_answers_without_the_token(stead: Stead) {
    let ann = stead.register("ann").await;
    let first = ann.post("/invitations", json!({"role": "member"})).key("once").await;
    assert_eq!(first.header("idempotency-replayed"), None);
    let mut first = first.expect(201);
    let again = ann.post("/invitations", json!({"role": "member"})).key("once").await;
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    let again = again.expect(201);
    assert!(again.get("token").is_none());
    assert!(first.as_object_mut().unwrap().remove("token").is_some());
    assert_eq!(first, again);
    ann.post("/invitations", json!({})).key("once").await.refused(409, "idempotency_mismatch");
    ann.delete(&format!("/invitations/{}", first["id"].as_str().unwrap())).await.expect(204);
    ann.post("/invitations", json!({"role": "member"})).key("once").await.refused(404, "not_found");
}

async fn only_admins_invite_and_only_owners_invite_owners(stead: Stead) {
    let ann = stead.register("ann").await;
    let mia = ann.invite("mia", "admin").await;
    let zoe = mia.invite("zoe", "member").await;
    zoe.post("/invitations", json!({})).await.refused(403, "forbidden");
    zoe.get("/invitations").await.refused(403, "forbidden");
    mia.post("/invitations", json!({"role": "owner"})).await.refused(403, "forbidden");
    let made = invitation(&ann, json!({"role": "owner"})).await;
    zoe.delete(&format!("/invitations/{}", made["id"].as_str().unwrap())).await.refused(403, "forbidden");
    assert_eq!(join(&stead, "eve", &made).await.expect(201)["user"]["role"], "owner");
}

async fn open_invitations_are_listed_and_can_be_withdrawn(stead: Stead) {
    let ann = stead.register("ann").await;
    let mut made = Vec::new();
    for _ in 0..3 {
        let mut one = invitation(&ann, json!({})).await;
        let token = one.as_object_mut().unwrap().remove("token").unwrap();
        made.push((one, token));
    }
    let listed = async || ann.get("/invitations").await.expect(200)["invitations"].as_array().unwrap().clone();
    let all: Vec<_> = made.iter().map(|(one, _)| one.clone()).collect();
    assert_eq!(listed().await, all);
    let path = format!("/invitations/{}", all[0]["id"].as_str().unwrap());
    ann.delete(&path).await.expect(204);
    ann.delete(&path).await.refused(404, "not_found");
    join(&stead, "mia", &json!({"token": made[1].1})).await.expect(201);
    let taken = format!("/invitations/{}", all[1]["id"].as_str().unwrap());
    ann.delete(&taken).await.refused(404, "not_found");
    assert_eq!(listed().await, all[2..]);
}

async fn an_invited_person_gets_in_where_strangers_do_not(setup: Setup) {
    let mut stead = setup.clone().start().await;
    let ann = stead.register("ann").await;
    let made = invitation(&ann, json!({})).await;
    stead.stop().await;
    let stead = setup.setting("STEAD_AUTH__NEW_ORGANIZATIONS", "false").start().await;
    let stranger = crate::harness::account::registration("zoe");
    stead.stranger().post("/auth/register", stranger).await.refused(403, "forbidden");
    join(&stead, "mia", &made).await.expect(201);
}
