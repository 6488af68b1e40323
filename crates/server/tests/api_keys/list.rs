use serde_json::{Value, json};

use super::{at, bearer, made};
use crate::harness::Stead;

on_both!(everybody_sees_their_own_keys, keys_are_listed_in_pages, somebody_elses_key_is_not_found);

fn ids(list: &Value) -> Vec<&Value> {
    list["api_keys"].as_array().unwrap().iter().map(|key| &key["id"]).collect()
}

async fn everybody_sees_their_own_keys(mut stead: Stead) {
    let ann = stead.register("ann").await;
    let mia = stead.add_member(&ann, "mia").await;
    let anns = made(&ann, &["users:read"]).await;
    let mias = made(&mia, &["users:read"]).await;
    let shared = json!({"name": "Shared", "scopes": ["users:read"], "organization": true});
    let shared = ann.post("/api-keys", shared).await.expect(201);
    assert_eq!(ids(&ann.get("/api-keys").await.expect(200)), [&anns["id"], &shared["id"]]);
    assert_eq!(ids(&mia.get("/api-keys").await.expect(200)), [&mias["id"]]);
}

async fn keys_are_listed_in_pages(stead: Stead) {
    let ann = stead.register("ann").await;
    let mut keys = Vec::new();
    for _ in 0..5 {
        keys.push(made(&ann, &["users:read"]).await["id"].clone());
    }
    let newest = ann.get("/api-keys?limit=2").await.expect(200);
    assert_eq!(ids(&newest), [&keys[3], &keys[4]]);
    let before = ann.get(&format!("/api-keys?limit=2&before={}", newest["next_before"].as_str().unwrap()));
    let before = before.await.expect(200);
    assert_eq!(ids(&before), [&keys[1], &keys[2]]);
    let first = ann.get(&format!("/api-keys?before={}", before["next_before"].as_str().unwrap())).await.expect(200);
    assert_eq!(ids(&first), [&keys[0]]);
    assert!(first.get("next_before").is_none() && first["next_after"] == keys[0]);
}

async fn somebody_elses_key_is_not_found(mut stead: Stead) {
    let ann = stead.register("ann").await;
    let bob = stead.register("bob").await;
    let mia = stead.add_member(&ann, "mia").await;
    let anns = made(&ann, &["users:read"]).await;
    let mias = made(&mia, &["users:read"]).await;
    let shared = json!({"name": "Shared", "scopes": ["users:read"], "organization": true});
    let shared = ann.post("/api-keys", shared).await.expect(201);
    // A member's own key is theirs, also against an admin.
    ann.delete(&at(&mias)).await.refused(404, "not_found");
    for key in [&anns, &shared] {
        mia.delete(&at(key)).await.refused(404, "not_found");
        bob.delete(&at(key)).await.refused(404, "not_found");
    }
    for key in [&anns, &mias, &shared] {
        bearer(&ann, key).get("/users/me").await.expect(200);
    }
}
