use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Account, Stead};

on_both!(
    members_are_listed_and_searched,
    addresses_of_others_are_for_admins,
    an_admin_changes_a_members_role,
    only_owners_touch_owners,
    a_deactivated_member_is_out_at_once_and_stays_out,
    the_last_owner_stays,
    two_owners_who_step_down_at_once_leave_one,
    a_change_may_expect_a_version,
    a_profile_is_for_anybody,
);

fn path(account: &Account) -> String {
    format!("/users/{}", account.id())
}

async fn handles(account: &Account, query: &str) -> Vec<Value> {
    let page = account.get(&format!("/users{query}")).await.expect(200);
    page["users"].as_array().unwrap().iter().map(|user| user["handle"].clone()).collect()
}

async fn members_are_listed_and_searched(stead: Stead) {
    let ann = stead.register("ann").await;
    let mia = ann.invite("mia", "member").await;
    stead.register("mila").await;
    mia.patch("/users/me", json!({"display_name": "Mía Ünal"})).await.expect(200);
    assert_eq!(handles(&mia, "").await, ["ann", "mia"]);
    for (query, expected) in [
        ("?q=MI", vec!["mia"]),
        ("?q=%C3%BCnal", vec!["mia"]),
        ("?q=M%C3%8DA", vec!["mia"]),
        ("?q=%25", vec![]),
        ("?q=mila", vec![]),
        ("?q=a", vec!["ann", "mia"]),
        ("?limit=1", vec!["mia"]),
    ] {
        assert_eq!(handles(&ann, query).await, expected, "{query}");
    }
    let page = ann.get("/users?limit=1").await.expect(200);
    let before = page["next_before"].as_str().unwrap();
    assert_eq!(handles(&ann, &format!("?before={before}")).await, ["ann"]);
    ann.get("/users?q=").await.complains_about("q");
    ann.get(&format!("/users?q={}", "x".repeat(101))).await.complains_about("q");
    assert_eq!(ann.get(&path(&mia)).await.expect(200)["display_name"], "Mía Ünal");
    ann.get("/users/01890000-0000-7000-8000-000000000000").await.refused(404, "not_found");
    ann.get("/users/nothing").await.complains_about("user_id");
}

async fn addresses_of_others_are_for_admins(stead: Stead) {
    let ann = stead.register("ann").await;
    let mia = ann.invite("mia", "member").await;
    assert_eq!(ann.get(&path(&mia)).await.expect(200)["email"], "mia@example.org");
    assert_eq!(mia.get(&path(&ann)).await.expect(200)["email"], json!(null));
    assert_eq!(mia.get(&path(&mia)).await.expect(200)["email"], "mia@example.org");
    let listed = mia.get("/users").await.expect(200);
    let emails: Vec<_> = listed["users"].as_array().unwrap().iter().map(|user| user["email"].clone()).collect();
    assert_eq!(emails, [json!(null), json!("mia@example.org")]);
}

async fn an_admin_changes_a_members_role(stead: Stead) {
    let ann = stead.register("ann").await;
    let mia = ann.invite("mia", "member").await;
    mia.get("/invitations").await.refused(403, "forbidden");
    mia.patch(&path(&mia), json!({"role": "admin"})).await.refused(403, "forbidden");
    assert_eq!(ann.patch(&path(&mia), json!({"role": "admin"})).await.expect(200)["role"], "admin");
    // It holds at once.
    mia.get("/invitations").await.expect(200);
    ann.patch(&path(&mia), json!({"role": "member"})).await.expect(200);
    mia.get("/invitations").await.refused(403, "forbidden");
    ann.patch(&path(&mia), json!({"role": "king"})).await.complains_about("role");
    ann.patch(&path(&mia), json!({"role": null})).await.complains_about("role");
    ann.patch(&path(&mia), json!({"handle": "x"})).await.complains_about("handle");
    let unchanged = ann.patch(&path(&mia), json!({})).await.expect(200);
    assert_eq!(unchanged["role"], "member");
}

async fn only_owners_touch_owners(stead: Stead) {
    let ann = stead.register("ann").await;
    let mia = ann.invite("mia", "admin").await;
    let zoe = ann.invite("zoe", "member").await;
    for body in [json!({"role": "member"}), json!({"deactivated": true})] {
        mia.patch(&path(&ann), body).await.refused(403, "forbidden");
    }
    mia.patch(&path(&zoe), json!({"role": "owner"})).await.refused(403, "forbidden");
    mia.patch(&path(&mia), json!({"role": "owner"})).await.refused(403, "forbidden");
    mia.patch(&path(&zoe), json!({"role": "admin"})).await.expect(200);
    ann.patch(&path(&zoe), json!({"role": "owner"})).await.expect(200);
    zoe.patch(&path(&ann), json!({"role": "admin"})).await.expect(200);
}

async fn a_deactivated_member_is_out_at_once_and_stays_out(stead: Stead) {
    let ann = stead.register("ann").await;
    let mia = ann.invite("mia", "member").await;
    let zoe = ann.invite("zoe", "member").await;
    let key = json!({"name": "A key", "scopes": ["users:read"]});
    let key = mia.post("/api-keys", key).await.expect(201)["secret"].as_str().unwrap().to_owned();
    let with_key = stead.stranger().with_token(&key);
    with_key.get("/users/me").await.expect(200);
    let gone = ann.patch(&path(&mia), json!({"deactivated": true})).await.expect(200);
    assert!(gone["deactivated_at"].is_string());
    mia.get("/users/me").await.refused(401, "unauthorized");
    with_key.get("/users/me").await.refused(401, "unauthorized");
    let refresh = json!({"refresh_token": mia.refresh_token});
    stead.stranger().post("/auth/refresh", refresh).await.refused(401, "unauthorized");
    let login = json!({"email": mia.email, "password": crate::harness::account::PASSWORD});
    stead.stranger().post("/auth/login", login).await.refused(401, "unauthorized");
    stead.stranger().get("/profiles/mia").await.refused(404, "not_found");
    // Admins see them, others do not.
    assert_eq!(handles(&ann, "").await, ["ann", "mia", "zoe"]);
    assert_eq!(handles(&zoe, "").await, ["ann", "zoe"]);
    zoe.get(&path(&mia)).await.refused(404, "not_found");

    let back = ann.patch(&path(&mia), json!({"deactivated": false})).await.expect(200);
    assert!(back.get("deactivated_at").is_none());
    mia.get("/users/me").await.refused(401, "unauthorized");
    mia.sign_in_again().await.get("/users/me").await.expect(200);
}

async fn the_last_owner_stays(stead: Stead) {
    let ann = stead.register("ann").await;
    let mia = ann.invite("mia", "admin").await;
    for body in [json!({"role": "admin"}), json!({"deactivated": true}), json!({"role": "member", "deactivated": true})]
    {
        ann.patch(&path(&ann), body).await.refused(409, "last_owner");
    }
    ann.patch(&path(&mia), json!({"role": "owner"})).await.expect(200);
    ann.patch(&path(&mia), json!({"deactivated": true})).await.expect(200);
    // One who is deactivated does not count.
    ann.patch(&path(&ann), json!({"role": "admin"})).await.refused(409, "last_owner");
    ann.patch(&path(&mia), json!({"deactivated": false})).await.expect(200);
    assert_eq!(ann.patch(&path(&ann), json!({"role": "member"})).await.expect(200)["role"], "member");
}

async fn two_owners_who_step_down_at_once_leave_one(stead: Stead) {
    let ann = stead.register("ann").await;
    let mia = ann.invite("mia", "owner").await;
    let step_down = |account: &Account| account.patch(&path(account), json!({"role": "member"}));
    let (one, two) = tokio::join!(step_down(&ann).into_future(), step_down(&mia).into_future());
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
}

async fn a_change_may_expect_a_version(stead: Stead) {
    let ann = stead.register("ann").await;
    let mia = ann.invite("mia", "member").await;
    let read = ann.get(&path(&mia)).await;
    let tag = read.header("etag").unwrap().to_owned();
    let again = ann.get(&path(&mia)).header("if-none-match", &tag).await;
    assert_eq!(again.status, 304);
    ann.patch(&path(&mia), json!({"role": "admin"})).header("if-match", &tag).await.expect(200);
    let late = ann.patch(&path(&mia), json!({"role": "member"})).header("if-match", &tag).await;
    late.refused(412, "precondition_failed");
}

async fn a_profile_is_for_anybody(stead: Stead) {
    let ann = stead.register("ann").await;
    ann.patch("/users/me", json!({"bio": "Reads everything."})).await.expect(200);
    let stranger = stead.stranger();
    let profile = stranger.get("/profiles/Ann").await.expect(200);
    let expected = json!({
        "handle": "ann", "display_name": "The ann", "avatar_url": null, "bio": "Reads everything.", "has_agent": true,
    });
    assert_eq!(profile, expected);
    let agents = ann.get("/agents").await.expect(200)["agents"].clone();
    let own = agents.as_array().unwrap().iter().find(|agent| agent["handle"] == "ann").unwrap();
    ann.delete(&format!("/agents/{}", own["id"].as_str().unwrap())).await.expect(204);
    assert_eq!(stranger.get("/profiles/ann").await.expect(200)["has_agent"], false);
    stranger.get("/profiles/nobody").await.refused(404, "not_found");
    stranger.get("/profiles/-").await.complains_about("handle");
    stranger.call(Method::DELETE, "/profiles/ann").await.refused(405, "method_not_allowed");
    // Whoever they are to the organization's members, a bad token is none.
    stranger.with_token("garbage").get("/profiles/ann").await.expect(200);
}
