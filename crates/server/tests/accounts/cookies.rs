use reqwest::Method;
use serde_json::json;

use crate::harness::{Answer, Setup, Stead, account::registration};

on_both!(
    a_cookie_is_a_credential,
    a_cookie_alone_changes_nothing_without_the_right_origin,
    a_refresh_takes_the_cookie_and_checks_the_origin,
    a_bearer_token_needs_no_origin,
    a_bearer_token_goes_before_a_cookie,
    behind_https_cookies_are_secure,
);

async fn register(stead: &Stead) -> Answer {
    stead.stranger().post("/auth/register", registration("ann")).await
}

async fn a_cookie_is_a_credential(stead: Stead) {
    let signed_in = register(&stead).await;
    let cookie = signed_in.cookie_pair("stead_access").to_owned();
    let me = stead.stranger().get("/users/me").header("cookie", &format!("a=b; {cookie}; c=d")).await;
    assert_eq!(me.expect(200), signed_in.json()["user"]);
    let broken = stead.stranger().get("/users/me").header("cookie", "stead_access=broken").await;
    broken.refused(401, "unauthorized");
}

async fn a_cookie_alone_changes_nothing_without_the_right_origin(stead: Stead) {
    let signed_in = register(&stead).await;
    let cookie = signed_in.cookie_pair("stead_access").to_owned();
    let stranger = stead.stranger();
    let change = || stranger.patch("/users/me", json!({"bio": "changed"})).header("cookie", &cookie);
    change().await.refused(403, "forbidden");
    change().header("origin", "https://evil.example").await.refused(403, "forbidden");
    change().header("origin", "null").await.refused(403, "forbidden");
    change().header("sec-fetch-site", "cross-site").await.refused(403, "forbidden");
    let evil = change().header("origin", "https://evil.example").header("sec-fetch-site", "same-origin");
    evil.await.refused(403, "forbidden");
    let unchanged = stranger.get("/users/me").header("cookie", &cookie).await.expect(200);
    assert_eq!(unchanged["bio"], json!(null));
    change().header("origin", &stranger.origin()).await.expect(200);
    change().header("sec-fetch-site", "same-origin").await.expect(200);
    let other = stranger.call(Method::DELETE, "/agents/00000000-0000-0000-0000-000000000000").header("cookie", &cookie);
    other.await.refused(403, "forbidden");
}

async fn a_refresh_takes_the_cookie_and_checks_the_origin(stead: Stead) {
    let signed_in = register(&stead).await;
    let cookie = signed_in.cookie_pair("stead_refresh").to_owned();
    let stranger = stead.stranger();
    let refresh = || stranger.post_nothing("/auth/refresh").header("cookie", &cookie);
    refresh().header("origin", "https://evil.example").await.refused(403, "forbidden");
    let refreshed = refresh().header("origin", &stranger.origin()).await;
    assert_ne!(refreshed.cookie_pair("stead_refresh"), cookie);
    refreshed.expect(200);
}

async fn a_bearer_token_needs_no_origin(stead: Stead) {
    let ann = stead.register("ann").await;
    let call = ann.patch("/users/me", json!({"bio": "changed"})).header("origin", "https://elsewhere.example");
    assert_eq!(call.await.expect(200)["bio"], "changed");
}

async fn a_bearer_token_goes_before_a_cookie(stead: Stead) {
    let signed_in = register(&stead).await;
    let bob = stead.register("bob").await;
    let cookie = signed_in.cookie_pair("stead_access").to_owned();
    let me = bob.get("/users/me").header("cookie", &cookie).await.expect(200);
    assert_eq!(me["handle"], "bob");
    // A bad one is not made good by a cookie.
    let bad = stead.stranger().with_token("bad").get("/users/me").header("cookie", &cookie).await;
    bad.refused(401, "unauthorized");
}

async fn behind_https_cookies_are_secure(setup: Setup) {
    let stead = setup.setting("STEAD_SERVER__PUBLIC_URL", "https://chat.example.org").start().await;
    let signed_in = register(&stead).await;
    for name in ["stead_access", "stead_refresh"] {
        let cookie = signed_in.cookie(name).unwrap();
        assert!(cookie.split("; ").any(|part| part == "Secure"), "{cookie}");
    }
    let cookie = signed_in.cookie_pair("stead_access");
    let change = stead.stranger().patch("/users/me", json!({"bio": "x"})).header("cookie", cookie);
    change.header("origin", "https://chat.example.org").await.expect(200);
}
