use serde_json::json;

use crate::harness::Stead;

on_both!(the_briefs_routers_answer_at_the_root_too);

async fn the_briefs_routers_answer_at_the_root_too(stead: Stead) {
    let ann = stead.register("ann").await;
    let root = ann.at_root();
    let canonical = ann.get("/users/me").await.expect(200);
    for path in ["/users/me", "/user/me", "/api/v1/users/me"] {
        assert_eq!(root.get(path).await.expect(200), canonical);
    }
    root.patch("/users/me", json!({"surprise": 1})).await.refused(400, "invalid_request");
    root.without_token().get("/users/me").await.refused(401, "unauthorized");
    // What is not written without a prefix has none.
    for path in ["/agents", "/organization", "/chat/default/threads", "/usersx/me"] {
        root.get(path).await.refused(404, "not_found");
    }
    for path in ["/ai/nothing", "/messaging/nothing", "/channels/nothing/at-all", "/users/me/nothing"] {
        root.get(path).await.refused(404, "not_found");
    }
    let wrong = root.post("/users/me", json!({})).await;
    assert!(wrong.header("allow").unwrap_or_default().contains("PATCH"));
    wrong.refused(405, "method_not_allowed");
}
