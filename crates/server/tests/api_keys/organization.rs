use serde_json::{Value, json};

use super::{at, bearer};
use crate::harness::{Account, Stead};

on_both!(
    an_organizations_key_acts_as_a_service,
    an_organizations_key_does_no_more_than_a_member_unless_it_must,
    only_admins_make_keys_of_the_organization,
    a_service_makes_its_own_next_key,
);

async fn of_organization(maker: &Account, scopes: &[&str]) -> Value {
    let body = json!({"name": "The bot", "scopes": scopes, "organization": true});
    maker.post("/api-keys", body).await.expect(201)
}

async fn an_organizations_key_acts_as_a_service(stead: Stead) {
    let ann = stead.register("ann").await;
    let made = of_organization(&ann, &["users:read", "threads:read", "threads:write"]).await;
    assert_eq!((&made["organization"], &made["created_by"]), (&json!(true), &ann.user["id"]));
    let bot = bearer(&ann, &made);
    let me = bot.get("/users/me").await.expect(200);
    assert_eq!(me["id"], made["user_id"]);
    assert_ne!(me["id"], ann.user["id"]);
    assert_eq!((&me["kind"], &me["role"], &me["email"]), (&json!("service"), &json!("member"), &Value::Null));
    assert_eq!((&me["display_name"], &me["organization_id"]), (&json!("The bot"), &ann.organization["id"]));
    // Its threads are its own, and its maker's are not its.
    let talk = ann.talk().await;
    bot.get(&talk.at("")).await.refused(404, "not_found");
    let thread = bot.post("/chat/default/threads", json!({})).await.expect(201);
    assert_eq!(thread["user_id"], me["id"]);
    // Another admin's or the maker's revocation ends it.
    ann.delete(&at(&made)).await.expect(204);
    bot.get("/users/me").await.refused(401, "unauthorized");
}

async fn an_organizations_key_does_no_more_than_a_member_unless_it_must(stead: Stead) {
    let ann = stead.register("ann").await;
    let writes = bearer(&ann, &of_organization(&ann, &["organization:write", "users:read"]).await);
    assert_eq!(writes.get("/users/me").await.expect(200)["role"], "admin");
    writes.patch("/organization", json!({"name": "Renamed"})).await.expect(200);
    let agents = bearer(&ann, &of_organization(&ann, &["agents:write"]).await);
    let shared = json!({"handle": "desk", "display_name": "Desk", "kind": "organization"});
    agents.post("/agents", shared).await.refused(403, "forbidden");
    agents.post("/agents", json!({"handle": "desk", "display_name": "Desk"})).await.expect(201);
}

async fn only_admins_make_keys_of_the_organization(mut stead: Stead) {
    let ann = stead.register("ann").await;
    let mia = stead.add_member(&ann, "mia").await;
    let shared = json!({"name": "x", "scopes": ["users:read"], "organization": true});
    mia.post("/api-keys", shared.clone()).await.refused(403, "forbidden");
    for scope in ["admin", "organization:write"] {
        mia.post("/api-keys", json!({"name": "x", "scopes": [scope]})).await.refused(403, "forbidden");
    }
    ann.post("/api-keys", shared).await.expect(201);
}

async fn a_service_makes_its_own_next_key(stead: Stead) {
    let ann = stead.register("ann").await;
    let first = of_organization(&ann, &["admin"]).await;
    let bot = bearer(&ann, &first);
    let next = bot.post("/api-keys", json!({"name": "Next", "scopes": ["admin"]})).await.expect(201);
    assert_eq!((&next["user_id"], &next["organization"]), (&first["user_id"], &json!(true)));
    bearer(&ann, &next).delete(&at(&first)).await.expect(204);
    bot.get("/users/me").await.refused(401, "unauthorized");
    ann.delete(&at(&next)).await.expect(204);
}
