use serde_json::json;

use super::{at, bearer, made};
use crate::harness::Stead;

on_both!(
    a_key_is_shown_once_and_works,
    a_key_has_the_form_that_scanners_know,
    what_is_wrong_with_a_new_key_is_told,
    a_key_ends_within_a_year,
    a_repeat_answers_without_the_secret,
);

async fn a_key_is_shown_once_and_works(stead: Stead) {
    let ann = stead.register("ann").await;
    let body = json!({"name": "Nightly", "scopes": ["users:read", "threads:read", "users:read"]});
    let made = ann.post("/api-keys", body).await.expect(201);
    assert_eq!(made["scopes"], json!(["threads:read", "users:read"]));
    assert_eq!((&made["name"], &made["organization"]), (&json!("Nightly"), &json!(false)));
    assert_eq!((&made["user_id"], &made["created_by"]), (&ann.user["id"], &ann.user["id"]));
    assert_eq!(made["last_used_at"], json!(null));
    assert_eq!(bearer(&ann, &made).get("/users/me").await.expect(200), ann.get("/users/me").await.expect(200));
    let listed = ann.get("/api-keys").await.expect(200);
    assert_eq!(listed["api_keys"][0]["id"], made["id"]);
    assert!(listed["api_keys"][0].get("secret").is_none(), "{listed}");
}

async fn a_key_has_the_form_that_scanners_know(stead: Stead) {
    let ann = stead.register("ann").await;
    let made = made(&ann, &["users:read"]).await;
    let secret = made["secret"].as_str().unwrap();
    let id = made["id"].as_str().unwrap().replace('-', "");
    assert!(secret.starts_with(&format!("stead_{id}_")), "{secret}");
    assert_eq!(secret.len(), 6 + 32 + 1 + 64 + 8);
    // One digit wrong, another key's id, a part of it: nobody's key.
    let flipped = if secret.ends_with('0') { "1" } else { "0" };
    let nobody = "0".repeat(32);
    for wrong in [
        format!("{}{flipped}", &secret[..secret.len() - 1]),
        secret.replace(&id, &nobody),
        secret.to_uppercase(),
        secret[..secret.len() - 8].to_owned(),
        format!("{secret}0"),
        format!("stead_{id}_"),
        "stead_".to_owned(),
    ] {
        ann.with_token(&wrong).get("/users/me").await.refused(401, "unauthorized");
    }
}

async fn what_is_wrong_with_a_new_key_is_told(stead: Stead) {
    let ann = stead.register("ann").await;
    let make = |body| ann.post("/api-keys", body);
    make(json!({"scopes": ["users:read"]})).await.complains_about("name");
    make(json!({"name": "", "scopes": ["users:read"]})).await.complains_about("name");
    make(json!({"name": "x"})).await.complains_about("scopes");
    make(json!({"name": "x", "scopes": []})).await.complains_about("scopes");
    make(json!({"name": "x", "scopes": ["users:read", "everything"]})).await.complains_about("scopes");
    make(json!({"name": "x", "scopes": "users:read"})).await.complains_about("scopes");
    make(json!({"name": "x", "scopes": ["users:read"], "expires_at": "soon"})).await.complains_about("expires_at");
    make(json!({"name": "x", "scopes": ["users:read"], "organization": "yes"})).await.complains_about("organization");
    make(json!({"name": "x", "scopes": ["users:read"], "id": "x"})).await.complains_about("id");
    assert_eq!(ann.get("/api-keys").await.expect(200)["api_keys"], json!([]));
}

async fn a_key_ends_within_a_year(stead: Stead) {
    let ann = stead.register("ann").await;
    let until = |expires_at: &str| {
        ann.post("/api-keys", json!({"name": "x", "scopes": ["users:read"], "expires_at": expires_at}))
    };
    until("2001-01-01T00:00:00Z").await.complains_about("expires_at");
    until("9998-01-01T00:00:00Z").await.complains_about("expires_at");
    let usual = made(&ann, &["users:read"]).await["expires_at"].as_str().unwrap().to_owned();
    // What is the latest for one key is early enough for the next.
    assert_eq!(until(&usual).await.expect(201)["expires_at"], usual.as_str());
}

async fn a_repeat_answers_without_the_secret(stead: Stead) {
    let ann = stead.register("ann").await;
    let make = |name: &str| ann.post("/api-keys", json!({"name": name, "scopes": ["users:read"]})).key("k");
    let first = make("x").await.expect(201);
    let again = make("x").await;
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    let again = again.expect(201);
    assert!(again.get("secret").is_none() && first.get("secret").is_some(), "{again}");
    assert_eq!(again["id"], first["id"]);
    make("y").await.refused(409, "idempotency_mismatch");
    assert_eq!(ann.get("/api-keys").await.expect(200)["api_keys"].as_array().unwrap().len(), 1);
    bearer(&ann, &first).get("/users/me").await.expect(200);
    ann.delete(&at(&first)).await.expect(204);
    make("x").await.refused(404, "not_found");
}
