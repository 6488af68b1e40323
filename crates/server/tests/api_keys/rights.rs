use serde_json::json;

use super::{key, made};
use crate::harness::Stead;

on_both!(
    a_missing_scope_is_named,
    a_malformed_request_is_told_before_the_scope,
    keys_do_not_sign_in_or_out,
    keys_make_keys_with_admin_alone_and_give_no_more_than_they_have,
    a_key_does_no_more_than_its_user,
    a_key_oversees_with_admin_alone,
    a_sign_in_holds_every_scope_but_importing,
);

async fn a_missing_scope_is_named(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let reader = key(&ann, &["threads:read"]).await;
    reader.get(&talk.at("")).await.expect(200);
    let refused = reader.post(&talk.at("/messages"), json!({"content": "hello"})).await.refused(403, "forbidden");
    assert_eq!(refused["message"], "This takes the scope `threads:write`, which the API key does not have");
    reader.delete(&talk.at("")).await.refused(403, "forbidden");
    reader.get("/agents").await.refused(403, "forbidden");
    assert!(talk.messages().await.is_empty());
}

async fn a_malformed_request_is_told_before_the_scope(stead: Stead) {
    let ann = stead.register("ann").await;
    let none = key(&ann, &["files:read"]).await;
    none.post("/agents", json!({"handle": "!"})).await.complains_about("handle");
    none.patch("/organization", json!({"surprise": 1})).await.complains_about("surprise");
    none.get("/agents?surprise=1").await.complains_about("surprise");
    none.get("/agents/x").await.complains_about("agent_id");
    none.post("/agents", json!({"handle": "fine", "display_name": "Fine"})).await.refused(403, "forbidden");
}

async fn keys_do_not_sign_in_or_out(stead: Stead) {
    let ann = stead.register("ann").await;
    let admin = key(&ann, &["admin"]).await;
    admin.post_nothing("/auth/logout").await.refused(403, "forbidden");
    let login = json!({"email": ann.email, "password": crate::harness::account::PASSWORD});
    admin.post("/auth/login", login.clone()).await.refused(403, "forbidden");
    admin.post("/auth/refresh", json!({"refresh_token": ann.refresh_token})).await.refused(403, "forbidden");
    // A wrong key is no reason not to sign in.
    ann.with_token("stead_wrong").post("/auth/login", login).await.expect(200);
    ann.get("/users/me").await.expect(200);
}

async fn keys_make_keys_with_admin_alone_and_give_no_more_than_they_have(stead: Stead) {
    let ann = stead.register("ann").await;
    let body = |scopes: &[&str]| json!({"name": "x", "scopes": scopes});
    let everything_else = key(&ann, &["users:write", "organization:write", "threads:import"]).await;
    everything_else.post("/api-keys", body(&["users:write"])).await.refused(403, "forbidden");
    everything_else.get("/api-keys").await.refused(403, "forbidden");
    let admin = key(&ann, &["admin"]).await;
    admin.post("/api-keys", body(&["admin", "threads:read"])).await.expect(201);
    let refused = admin.post("/api-keys", body(&["threads:import"])).await.refused(403, "forbidden");
    assert!(refused["message"].as_str().unwrap().contains("`threads:import`"));
    let importer = key(&ann, &["admin", "threads:import"]).await;
    importer.post("/api-keys", body(&["threads:import"])).await.expect(201);
}

async fn a_key_does_no_more_than_its_user(mut stead: Stead) {
    let ann = stead.register("ann").await;
    let mia = stead.add_member(&ann, "mia").await;
    let key = key(&mia, &["organization:read", "agents:write", "threads:read"]).await;
    key.get("/organization").await.expect(200);
    let shared = json!({"handle": "desk", "display_name": "Desk", "kind": "organization"});
    key.post("/agents", shared).await.refused(403, "forbidden");
    let talk = ann.talk().await;
    key.get(&talk.at("")).await.refused(404, "not_found");
}

async fn a_key_oversees_with_admin_alone(mut stead: Stead) {
    let ann = stead.register("ann").await;
    let mia = stead.add_member(&ann, "mia").await;
    let talk = mia.talk().await;
    let everyones = "/chat/default/threads?scope=organization";
    assert_eq!(ann.get(everyones).await.expect(200).as_array().unwrap().len(), 1);
    let reader = key(&ann, &["threads:read"]).await;
    reader.get(everyones).await.refused(403, "forbidden");
    reader.get(&talk.at("")).await.refused(404, "not_found");
    let overseer = key(&ann, &["admin"]).await;
    assert_eq!(overseer.get(everyones).await.expect(200).as_array().unwrap().len(), 1);
    overseer.get(&talk.at("")).await.expect(200);
}

async fn a_sign_in_holds_every_scope_but_importing(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let import = json!({"content": "x", "role": "assistant"});
    let refused = ann.post(&talk.at("/messages"), import.clone()).await.refused(403, "forbidden");
    assert!(refused["message"].as_str().unwrap().contains("`threads:import`"));
    // It may give what only keys have.
    let given = made(&ann, &["threads:import", "threads:write"]).await;
    super::bearer(&ann, &given).post(&talk.at("/messages"), import).await.expect(201);
}
