use serde_json::{Value, json};

use crate::harness::{Account, Stead};

on_both!(
    only_admins_make_and_change_agents_of_the_organization,
    a_personal_agent_is_its_owners_alone,
    a_private_agent_is_not_there_for_others,
    an_owner_oversees_as_far_as_the_agent_says,
);

fn path(agent: &Value) -> String {
    format!("/agents/{}", agent["id"].as_str().unwrap())
}

async fn listed(account: &Account) -> Vec<Value> {
    let page = account.get("/agents").await.expect(200);
    page["agents"].as_array().unwrap().iter().map(|agent| agent["handle"].clone()).collect()
}

async fn only_admins_make_and_change_agents_of_the_organization(mut stead: Stead) {
    let ann = stead.register("ann").await;
    let mia = stead.add_member(&ann, "mia").await;
    let desk = json!({"handle": "desk", "display_name": "Desk", "kind": "organization"});
    mia.post("/agents", desk.clone()).await.refused(403, "forbidden");
    let desk = ann.post("/agents", desk).await.expect(201);
    assert_eq!(mia.get(&path(&desk)).await.expect(200), desk);
    mia.patch(&path(&desk), json!({"display_name": "Mine"})).await.refused(403, "forbidden");
    mia.delete(&path(&desk)).await.refused(403, "forbidden");
    let default = format!("/agents/{}", ann.default_agent());
    mia.delete(&default).await.refused(403, "forbidden");
    ann.patch(&path(&desk), json!({"visibility": "private"})).await.expect(200);
    mia.get(&path(&desk)).await.refused(404, "not_found");
    ann.get(&path(&desk)).await.expect(200);
}

async fn a_personal_agent_is_its_owners_alone(mut stead: Stead) {
    let ann = stead.register("ann").await;
    let mia = stead.add_member(&ann, "mia").await;
    let shared = json!({"handle": "shared", "display_name": "Shared", "visibility": "organization"});
    let shared = mia.post("/agents", shared).await.expect(201);
    // An admin sees it, but it is not theirs to change.
    ann.get(&path(&shared)).await.expect(200);
    ann.patch(&path(&shared), json!({"display_name": "Mine"})).await.refused(403, "forbidden");
    ann.delete(&path(&shared)).await.refused(403, "forbidden");
    mia.patch(&path(&shared), json!({"display_name": "Better"})).await.expect(200);
    mia.delete(&path(&shared)).await.expect(204);
}

async fn a_private_agent_is_not_there_for_others(mut stead: Stead) {
    let ann = stead.register("ann").await;
    let mia = stead.add_member(&ann, "mia").await;
    let secret = ann.agent("secret").await;
    assert!(listed(&ann).await.contains(&json!("secret")));
    assert!(!listed(&mia).await.contains(&json!("secret")));
    mia.get(&path(&secret)).await.refused(404, "not_found");
    mia.patch(&path(&secret), json!({})).await.refused(404, "not_found");
    mia.delete(&path(&secret)).await.refused(404, "not_found");
    let threads = format!("/chat/{}/threads", secret["id"].as_str().unwrap());
    mia.post(&threads, json!({})).await.refused(404, "not_found");
    // A thread that was begun stays readable when its agent is hidden, but takes nothing more.
    ann.patch(&path(&secret), json!({"visibility": "organization"})).await.expect(200);
    let talk = mia.talk_with(secret["id"].as_str().unwrap()).await;
    talk.say("hello").await.expect(201);
    ann.patch(&path(&secret), json!({"visibility": "private"})).await.expect(200);
    assert_eq!(talk.transcript().await, ["user: hello", "assistant: hello"]);
    talk.say("still there?").await.refused(404, "not_found");
}

async fn an_owner_oversees_as_far_as_the_agent_says(mut stead: Stead) {
    let ann = stead.register("ann").await;
    let mia = stead.add_member(&ann, "mia").await;
    let zoe = stead.add_member(&ann, "zoe").await;
    let agent =
        json!({"handle": "shared", "display_name": "S", "visibility": "organization", "owner_visibility": "full"});
    let agent = mia.post("/agents", agent).await.expect(201);
    let talk = zoe.talk_with(agent["id"].as_str().unwrap()).await;
    talk.say("hello").await.expect(201);
    assert_eq!(talk.read().await["owner_visibility"], "full");
    let all = format!("/chat/{}/threads?scope=organization", agent["id"].as_str().unwrap());

    for (visibility, threads, messages, read) in [("full", 1, 2, 200), ("metadata", 1, 0, 200), ("none", 0, 0, 404)] {
        mia.patch(&path(&agent), json!({"owner_visibility": visibility})).await.expect(200);
        let listed = mia.get(&all).await.expect(200);
        assert_eq!(listed.as_array().unwrap().len(), threads, "{visibility}");
        let thread = mia.get(&talk.path).await;
        assert_eq!(thread.status, read, "{visibility}");
        if threads == 1 {
            assert_eq!(listed[0]["messages"].as_array().unwrap().len(), messages, "{visibility}");
            assert_eq!(thread.expect(200)["messages"].as_array().unwrap().len(), messages, "{visibility}");
            let page = mia.get(&talk.at("/messages")).await.expect(200);
            assert_eq!(page["messages"].as_array().unwrap().len(), messages, "{visibility}");
        }
        // Admins see everything, others nothing, whatever the owner may.
        assert_eq!(ann.get(&talk.path).await.expect(200)["messages"].as_array().unwrap().len(), 2);
        assert_eq!(ann.get(&all).await.expect(200).as_array().unwrap().len(), 1);
    }
    // Nobody but its user writes.
    for overseer in [&ann, &mia] {
        overseer.patch(&talk.path, json!({"title": "Mine"})).await.refused(404, "not_found");
        overseer.delete(&talk.path).await.refused(404, "not_found");
        overseer.post(&talk.at("/messages"), json!({"content": "x"})).await.refused(404, "not_found");
        overseer.post_nothing(&talk.at("/generate_title")).await.refused(404, "not_found");
    }
    zoe.get(&all).await.refused(403, "forbidden");
    let own = format!("/chat/{}/threads", agent["id"].as_str().unwrap());
    assert_eq!(mia.get(&own).await.expect(200), json!([]));
}
