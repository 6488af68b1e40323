use serde_json::json;

use crate::harness::{Setup, Stead, account::registration};

on_both!(
    an_account_comes_with_its_organization_and_agents,
    it_sets_both_cookies,
    an_address_is_taken_in_any_case,
    a_handle_is_taken_in_any_case,
    what_is_refused_leaves_nothing_behind,
    concurrent_registrations_of_one_address_make_one_account,
    every_wrong_field_is_named,
    bounds_are_kept,
    strangers_are_turned_away_where_the_operator_says_so,
);

async fn an_account_comes_with_its_organization_and_agents(stead: Stead) {
    let mut body = registration("ann");
    body["email"] = json!("Ann@Example.org");
    body["handle"] = json!("Ann");
    let account = stead.stranger().post("/auth/register", body).await.expect(201);
    assert_eq!(account["token_type"], "Bearer");
    assert_eq!(account["expires_in"], 600);
    assert_eq!(account["user"]["email"], "ann@example.org");
    assert_eq!(account["user"]["handle"], "ann");
    assert_eq!(account["user"]["role"], "owner");
    assert_eq!(account["organization"]["name"], "ann & Co");

    let ann = stead.stranger().with_token(account["access_token"].as_str().unwrap());
    let agents = ann.get("/agents").await.expect(200)["agents"].clone();
    let agents = agents.as_array().unwrap();
    assert_eq!(agents.len(), 2);
    let default = agents.iter().find(|agent| agent["handle"] == "stead").expect("the default agent");
    assert_eq!(default["id"], account["organization"]["default_agent_id"]);
    assert_eq!((&default["kind"], &default["visibility"]), (&json!("organization"), &json!("organization")));
    let own = agents.iter().find(|agent| agent["handle"] == "ann").expect("one's own agent");
    assert_eq!(own["display_name"], "The ann's Agent");
    assert_eq!(own["owner_user_id"], account["user"]["id"]);
    assert_eq!((&own["kind"], &own["visibility"]), (&json!("personal"), &json!("organization")));
    assert_eq!(own["owner_visibility"], "full");
}

async fn it_sets_both_cookies(stead: Stead) {
    let answer = stead.stranger().post("/auth/register", registration("ann")).await;
    for (name, path, max_age) in [("stead_access", "/", "600"), ("stead_refresh", "/api/v1/auth", "2592000")] {
        let cookie = answer.cookie(name).unwrap_or_else(|| panic!("no cookie {name}"));
        let parts: Vec<&str> = cookie.split("; ").collect();
        for part in ["HttpOnly", "SameSite=Lax", &format!("Path={path}"), &format!("Max-Age={max_age}")] {
            assert!(parts.contains(&part), "{name} lacks {part}: {cookie}");
        }
        assert!(!parts.contains(&"Secure"), "the server is reached over http: {cookie}");
    }
    let body = answer.clone().expect(201);
    assert_eq!(answer.cookie_pair("stead_access"), format!("stead_access={}", body["access_token"].as_str().unwrap()));
    assert_eq!(answer.header("cache-control"), Some("no-store"), "tokens are kept nowhere");
}

async fn an_address_is_taken_in_any_case(stead: Stead) {
    stead.register("ann").await;
    let mut body = registration("bob");
    body["email"] = json!("ANN@example.ORG");
    stead.stranger().post("/auth/register", body).await.refused(409, "email_taken");
}

async fn a_handle_is_taken_in_any_case(stead: Stead) {
    stead.register("ann").await;
    let mut body = registration("bob");
    body["handle"] = json!("ANN");
    stead.stranger().post("/auth/register", body).await.refused(409, "handle_taken");
}

async fn what_is_refused_leaves_nothing_behind(stead: Stead) {
    stead.register("ann").await;
    let mut body = registration("bob");
    body["handle"] = json!("ann");
    stead.stranger().post("/auth/register", body).await.refused(409, "handle_taken");
    // The address was not taken by the registration that failed.
    stead.register("bob").await;
}

async fn concurrent_registrations_of_one_address_make_one_account(stead: Stead) {
    let calls = (0..8).map(|number| {
        let mut body = registration(&format!("user{number}"));
        body["email"] = json!("one@example.org");
        let call = stead.stranger().post("/auth/register", body);
        async move { call.await.status }
    });
    let mut statuses = futures_util::future::join_all(calls).await;
    statuses.sort_unstable();
    assert_eq!(statuses, [vec![201], vec![409; 7]].concat());
}

async fn every_wrong_field_is_named(stead: Stead) {
    let wrong = json!({
        "organization_name": "", "email": "nobody", "password": "short", "handle": "-", "display_name": "x".repeat(101),
    });
    let error = stead.stranger().post("/auth/register", wrong).await.refused(400, "invalid_request");
    let mut fields: Vec<_> = error["details"].as_array().unwrap().iter().map(|one| one["field"].clone()).collect();
    fields.sort_by_key(|field| field.to_string());
    assert_eq!(json!(fields), json!(["display_name", "email", "handle", "organization_name", "password"]));
}

async fn bounds_are_kept(stead: Stead) {
    let stranger = stead.stranger();
    for (field, good, bad) in [
        ("password", "x".repeat(256), "x".repeat(257)),
        ("password", "ä".repeat(12), "ä".repeat(11)),
        ("organization_name", "𝄞".repeat(100), "𝄞".repeat(101)),
        ("display_name", "n".to_owned(), String::new()),
        ("handle", "a".repeat(32), "a".repeat(33)),
        ("handle", "b_.-c".to_owned(), "bc-".to_owned()),
    ] {
        let mut body = registration("ann");
        body[field] = json!(bad);
        stranger.post("/auth/register", body).await.complains_about(field);
        let mut body = registration(&format!("user-{}{}", field.len(), good.len()));
        body[field] = json!(good);
        stranger.post("/auth/register", body).await.expect(201);
    }
}

async fn strangers_are_turned_away_where_the_operator_says_so(setup: Setup) {
    let stead = setup.setting("STEAD_AUTH__NEW_ORGANIZATIONS", "false").start().await;
    stead.stranger().post("/auth/register", registration("ann")).await.refused(403, "forbidden");
}
