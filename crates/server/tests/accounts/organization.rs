use serde_json::json;

use crate::harness::Stead;

on_both!(
    an_admin_changes_the_organization,
    the_default_agent_is_one_that_all_may_see,
    a_member_reads_it_and_changes_nothing,
);

async fn an_admin_changes_the_organization(stead: Stead) {
    let ann = stead.register("ann").await;
    assert_eq!(ann.get("/organization").await.expect(200), ann.organization);
    let renamed = ann.patch("/organization", json!({"name": "Änn & Söhne"})).await.expect(200);
    assert_eq!(renamed["name"], "Änn & Söhne");
    assert_eq!(renamed["default_agent_id"], ann.organization["default_agent_id"]);
    ann.patch("/organization", json!({"name": null})).await.complains_about("name");
    ann.patch("/organization", json!({"name": ""})).await.complains_about("name");
    ann.patch("/organization", json!({"default_agent_id": null})).await.complains_about("default_agent_id");
    assert_eq!(ann.get("/organization").await.expect(200), renamed);
}

async fn the_default_agent_is_one_that_all_may_see(stead: Stead) {
    let ann = stead.register("ann").await;
    let shared = json!({"handle": "desk", "display_name": "Desk", "kind": "organization"});
    let shared = ann.post("/agents", shared).await.expect(201);
    let hidden = json!({"handle": "hidden", "display_name": "H", "kind": "organization", "visibility": "private"});
    let hidden = ann.post("/agents", hidden).await.expect(201);
    let own = ann.agent("mine").await;
    for wrong in [&hidden, &own] {
        ann.patch("/organization", json!({"default_agent_id": wrong["id"]})).await.complains_about("default_agent_id");
    }
    let nobody = "01890000-0000-7000-8000-000000000000";
    ann.patch("/organization", json!({"default_agent_id": nobody})).await.refused(404, "not_found");
    ann.patch("/organization", json!({"default_agent_id": shared["id"]})).await.expect(200);
    let thread = ann.post("/chat/default/threads", json!({})).await.expect(201);
    assert_eq!(thread["agent_id"], shared["id"]);
    // Whoever is the default can be neither deleted nor hidden.
    let path = format!("/agents/{}", shared["id"].as_str().unwrap());
    ann.delete(&path).await.refused(409, "default_agent");
    ann.patch(&path, json!({"visibility": "private"})).await.refused(409, "default_agent");
    ann.delete(&format!("/agents/{}", ann.default_agent())).await.expect(204);
}

async fn a_member_reads_it_and_changes_nothing(mut stead: Stead) {
    let ann = stead.register("ann").await;
    let mia = stead.add_member(&ann, "mia").await;
    assert_eq!(mia.get("/organization").await.expect(200), ann.organization);
    mia.patch("/organization", json!({"name": "Mine"})).await.refused(403, "forbidden");
    assert_eq!(ann.get("/organization").await.expect(200), ann.organization);
}
