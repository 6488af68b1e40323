use serde_json::{Value, json};

use crate::harness::{Stead, account::PASSWORD, eventually};

on_both!(
    a_deleted_user_is_gone_at_once,
    a_deleted_users_address_and_handle_are_free,
    others_threads_with_a_deleted_users_agent_stay_readable,
    a_deleted_users_own_threads_are_removed,
    the_last_owner_does_not_leave_others_alone,
    a_sole_members_organization_goes_with_them,
);

async fn a_deleted_user_is_gone_at_once(stead: Stead) {
    let ann = stead.register("ann").await;
    let mia = ann.invite("mia", "member").await;
    let elsewhere = mia.sign_in_again().await;
    elsewhere.get("/users/me").await.expect(200);
    let key = json!({"name": "A key", "scopes": ["users:read"]});
    let key = mia.post("/api-keys", key).await.expect(201)["secret"].as_str().unwrap().to_owned();
    let with_key = stead.stranger().with_token(&key);
    with_key.get("/users/me").await.expect(200);
    let answer = mia.delete("/users/me").await;
    assert!(answer.cookie("stead_access").is_some_and(|cookie| cookie.contains("Max-Age=0")));
    answer.expect(204);
    for dead in [&*mia, &*elsewhere, &with_key] {
        dead.get("/users/me").await.refused(401, "unauthorized");
    }
    let refresh = json!({"refresh_token": mia.refresh_token});
    stead.stranger().post("/auth/refresh", refresh).await.refused(401, "unauthorized");
    let login = json!({"email": mia.email, "password": PASSWORD});
    stead.stranger().post("/auth/login", login).await.refused(401, "unauthorized");
    stead.stranger().get("/profiles/mia").await.refused(404, "not_found");
    ann.get(&format!("/users/{}", mia.id())).await.refused(404, "not_found");
    assert_eq!(ann.get("/users").await.expect(200)["users"].as_array().unwrap().len(), 1);
    let agents = ann.get("/agents").await.expect(200)["agents"].clone();
    assert!(agents.as_array().unwrap().iter().all(|agent| agent["handle"] != "mia"));
}

async fn a_deleted_users_address_and_handle_are_free(stead: Stead) {
    let ann = stead.register("ann").await;
    let mia = ann.invite("mia", "member").await;
    mia.delete("/users/me").await.expect(204);
    let again = ann.invite("mia", "member").await;
    assert_ne!(again.id(), mia.id());
    again.delete("/users/me").await.expect(204);
    stead.register("mia").await;
}

async fn others_threads_with_a_deleted_users_agent_stay_readable(stead: Stead) {
    let ann = stead.register("ann").await;
    let mia = ann.invite("mia", "member").await;
    let agents = ann.get("/agents").await.expect(200)["agents"].clone();
    let agent = agents.as_array().unwrap().iter().find(|agent| agent["handle"] == "mia").unwrap();
    let talk = ann.talk_with(agent["id"].as_str().unwrap()).await;
    talk.say("hello").await.expect(201);
    mia.delete("/users/me").await.expect(204);
    assert_eq!(talk.transcript().await, ["user: hello", "assistant: hello"]);
    talk.say("still there?").await.refused(409, "agent_deleted");
}

async fn a_deleted_users_own_threads_are_removed(stead: Stead) {
    let ann = stead.register("ann").await;
    let mia = ann.invite("mia", "member").await;
    let mut talks = Vec::new();
    for _ in 0..3 {
        let talk = mia.talk().await;
        talk.say("hello").await.expect(201);
        talks.push(talk);
    }
    // An admin oversees the organization's agent.
    let all = "/chat/default/threads?scope=organization";
    assert_eq!(ann.get(all).await.expect(200).as_array().unwrap().len(), 3);
    mia.delete("/users/me").await.expect(204);
    let gone = async || (ann.get(all).await.expect(200) == json!([])).then_some(());
    eventually("their threads are removed", gone).await;
    for talk in talks {
        ann.get(&talk.path).await.refused(404, "not_found");
    }
}

async fn the_last_owner_does_not_leave_others_alone(stead: Stead) {
    let ann = stead.register("ann").await;
    let mia = ann.invite("mia", "admin").await;
    ann.delete("/users/me").await.refused(409, "last_owner");
    ann.get("/users/me").await.expect(200);
    ann.patch(&format!("/users/{}", mia.id()), json!({"role": "owner"})).await.expect(200);
    ann.delete("/users/me").await.expect(204);
    assert_eq!(mia.get("/organization").await.expect(200), ann.organization);
    assert_eq!(mia.get("/users").await.expect(200)["users"].as_array().unwrap().len(), 1);
}

async fn a_sole_members_organization_goes_with_them(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    talk.say("hello").await.expect(201);
    let service = json!({"name": "A service", "scopes": ["users:read"], "organization": true});
    let service = ann.post("/api-keys", service).await.expect(201)["secret"].as_str().unwrap().to_owned();
    let service = stead.stranger().with_token(&service);
    service.get("/users/me").await.expect(200);
    let invitation = ann.post("/invitations", json!({})).await.expect(201);
    ann.delete("/users/me").await.expect(204);
    ann.get("/organization").await.refused(401, "unauthorized");
    service.get("/users/me").await.refused(401, "unauthorized");
    let joining = crate::harness::account::joining("mia", &invitation["token"]);
    stead.stranger().post("/auth/register", joining).await.complains_about("invitation");
    let again = stead.register("ann").await;
    assert_ne!(again.organization["id"], ann.organization["id"]);
    let threads: Value = again.get("/chat/default/threads").await.expect(200);
    assert_eq!(threads, json!([]));
}
