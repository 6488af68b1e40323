use serde_json::json;

use crate::harness::Stead;

on_both!(a_logout_kills_the_tokens_at_once, a_logout_clears_the_cookies);

async fn a_logout_kills_the_tokens_at_once(stead: Stead) {
    let ann = stead.register("ann").await;
    ann.get("/users/me").await.expect(200);
    ann.post_nothing("/auth/logout").await.expect(204);
    ann.get("/users/me").await.refused(401, "unauthorized");
    ann.post_nothing("/auth/logout").await.refused(401, "unauthorized");
    let refresh = json!({"refresh_token": ann.refresh_token});
    stead.stranger().post("/auth/refresh", refresh).await.refused(401, "unauthorized");
}

async fn a_logout_clears_the_cookies(stead: Stead) {
    let ann = stead.register("ann").await;
    let answer = ann.post_nothing("/auth/logout").await;
    assert_eq!(answer.status, 204);
    for (name, path) in [("stead_access", "/"), ("stead_refresh", "/api/v1/auth")] {
        let cookie = answer.cookie(name).unwrap_or_else(|| panic!("{name} is not cleared"));
        assert!(cookie.starts_with(&format!("{name}=;")), "{cookie}");
        assert!(cookie.contains("Max-Age=0") && cookie.contains(&format!("Path={path}")), "{cookie}");
    }
}
