use serde_json::json;

use crate::harness::Stead;

on_both!(
    a_patch_changes_what_it_names_and_keeps_the_rest,
    null_clears_what_may_be_empty_and_nothing_else,
    a_handle_stays_unique,
    an_unknown_field_is_refused,
    the_alias_without_a_prefix_answers_too,
    a_page_is_not_an_api_call,
);

async fn a_patch_changes_what_it_names_and_keeps_the_rest(stead: Stead) {
    let ann = stead.register("ann").await;
    let changed = ann.patch("/users/me", json!({"display_name": "Anna", "bio": "Hi \u{1f44b}"})).await.expect(200);
    assert_eq!((&changed["display_name"], &changed["bio"]), (&json!("Anna"), &json!("Hi \u{1f44b}")));
    assert_eq!((&changed["handle"], &changed["email"]), (&ann.user["handle"], &ann.user["email"]));
    let unchanged = ann.patch("/users/me", json!({})).await.expect(200);
    assert_eq!(unchanged["bio"], changed["bio"]);
    assert_eq!(ann.get("/users/me").await.expect(200)["display_name"], "Anna");
    let renamed = ann.patch("/users/me", json!({"handle": "Anna"})).await.expect(200);
    assert_eq!(renamed["handle"], "anna");
}

async fn null_clears_what_may_be_empty_and_nothing_else(stead: Stead) {
    let ann = stead.register("ann").await;
    ann.patch("/users/me", json!({"bio": "something"})).await.expect(200);
    assert_eq!(ann.patch("/users/me", json!({"bio": null})).await.expect(200)["bio"], json!(null));
    ann.patch("/users/me", json!({"handle": null})).await.complains_about("handle");
    ann.patch("/users/me", json!({"display_name": null})).await.complains_about("display_name");
    assert_eq!(ann.get("/users/me").await.expect(200)["handle"], "ann");
}

async fn a_handle_stays_unique(stead: Stead) {
    let ann = stead.register("ann").await;
    stead.register("bob").await;
    ann.patch("/users/me", json!({"handle": "BOB"})).await.refused(409, "handle_taken");
    ann.patch("/users/me", json!({"handle": "ANN"})).await.expect(200);
}

async fn an_unknown_field_is_refused(stead: Stead) {
    let ann = stead.register("ann").await;
    for field in ["id", "email", "role", "password", "created_at", "surprise"] {
        ann.patch("/users/me", json!({field: "x"})).await.refused(400, "invalid_request");
    }
}

async fn the_alias_without_a_prefix_answers_too(stead: Stead) {
    let ann = stead.register("ann").await;
    for path in ["/users/me", "/user/me"] {
        assert_eq!(ann.at_root().get(path).await.expect(200), ann.user);
    }
    let changed = ann.at_root().patch("/user/me", json!({"bio": "here"})).await.expect(200);
    assert_eq!(changed["bio"], "here");
}

async fn a_page_is_not_an_api_call(stead: Stead) {
    let ann = stead.register("ann").await;
    let page = ann.at_root().get("/users/me").header("accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8").await;
    page.refused(404, "not_found");
}
