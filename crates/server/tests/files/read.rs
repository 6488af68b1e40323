//! Who may read a file.

use reqwest::Method;
use serde_json::{Value, json};

use super::{content_of, path_of};
use crate::harness::{Account, Stead, talk::text};

on_both!(
    a_file_of_ones_own_is_nobody_elses,
    what_lies_in_a_thread_is_read_by_who_may_read_the_thread,
    an_agents_owner_reads_what_lies_in_threads_that_they_may_read,
    files_are_listed,
    a_channels_files_are_listed_to_its_members,
    another_organizations_files_are_not_there,
);

async fn may_read(account: &Account, file: &Value) -> bool {
    let statuses = [
        account.get(&path_of(file)).await.status,
        account.get(&content_of(file)).await.status,
        account.call(Method::HEAD, &content_of(file)).raw().await.status().as_u16(),
    ];
    assert!(statuses == [200; 3] || statuses == [404; 3], "{statuses:?}");
    statuses == [200; 3]
}

async fn a_file_of_ones_own_is_nobody_elses(stead: Stead) {
    let ann = stead.register("ann").await;
    let ben = ann.invite("ben", "member").await;
    let file = ben.upload("a.txt", "A").await;
    assert!(may_read(&ben, &file).await);
    assert!(!may_read(&ann, &file).await, "not even an owner's");
    ann.delete(&path_of(&file)).await.refused(404, "not_found");
}

async fn what_lies_in_a_thread_is_read_by_who_may_read_the_thread(stead: Stead) {
    let ann = stead.register("ann").await;
    let ben = ann.invite("ben", "member").await;
    let mia = ann.invite("mia", "member").await;
    let (in_message, in_thread) = (ben.upload("a.txt", "A").await, ben.upload("b.txt", "B").await);
    let thread = ben.post("/chat/default/threads", json!({"file_ids": [in_thread["id"]]})).await.expect(201);
    let messages = format!("/chat/default/threads/{}/messages", text(&thread["id"]));
    ben.post(&messages, json!({"content": "See this.", "file_ids": [in_message["id"]]})).await.expect(201);
    for file in [&in_message, &in_thread] {
        assert!(may_read(&ben, file).await && may_read(&ann, file).await, "an owner oversees every thread");
        assert!(!may_read(&mia, file).await);
        ann.delete(&path_of(file)).await.refused(403, "forbidden");
    }
    // An overseer reads, and no more than that.
    ann.post("/chat/default/threads", json!({"file_ids": [in_thread["id"]]})).await.complains_about("file_ids");
    ben.delete(&format!("/chat/default/threads/{}", text(&thread["id"]))).await.expect(204);
    for file in [&in_message, &in_thread] {
        assert!(!may_read(&ann, file).await);
    }
}

async fn an_agents_owner_reads_what_lies_in_threads_that_they_may_read(stead: Stead) {
    let ann = stead.register("ann").await;
    let ben = ann.invite("ben", "member").await;
    let mia = ann.invite("mia", "member").await;
    for (visibility, may) in [("full", true), ("metadata", false), ("none", false)] {
        let agent = json!({
            "handle": format!("agent-{visibility}"), "display_name": "An agent",
            "visibility": "organization", "owner_visibility": visibility,
        });
        let agent = mia.post("/agents", agent).await.expect(201);
        let file = ben.upload("a.txt", "A").await;
        let threads = format!("/chat/{}/threads", text(&agent["id"]));
        let thread = ben.post(&threads, json!({"file_ids": [file["id"]]})).await.expect(201);
        assert_eq!(may_read(&mia, &file).await, may, "{visibility}");
        let list = mia.get(&format!("/files?conversation_id={}", text(&thread["id"]))).await;
        match visibility {
            "full" => assert_eq!(list.expect(200)["files"][0]["id"], file["id"]),
            "metadata" => assert_eq!(list.expect(200)["files"], json!([])),
            _ => drop(list.refused(404, "not_found")),
        }
    }
}

async fn files_are_listed(stead: Stead) {
    let ann = stead.register("ann").await;
    let ben = ann.invite("ben", "member").await;
    let mut ids = Vec::new();
    for n in 0..5 {
        ids.push(ben.upload(&format!("{n}.txt"), n.to_string()).await["id"].clone());
    }
    let page = ben.get("/files?limit=2").await.expect(200);
    assert_eq!(
        page["files"].as_array().unwrap().iter().map(|file| &file["id"]).collect::<Vec<_>>(),
        [&ids[3], &ids[4]]
    );
    let older = ben.get(&format!("/files?limit=2&before={}", text(&page["next_before"]))).await.expect(200);
    assert_eq!(older["files"][0]["id"], ids[1]);
    assert_eq!(ann.get("/files").await.expect(200)["files"], json!([]), "one's own alone");
    let thread = ben.post("/chat/default/threads", json!({"file_ids": [ids[4], ids[0]]})).await.expect(201);
    let list = format!("/files?conversation_id={}", text(&thread["id"]));
    for account in [&ben, &ann] {
        let files = account.get(&list).await.expect(200);
        assert_eq!(
            files["files"].as_array().unwrap().iter().map(|file| &file["id"]).collect::<Vec<_>>(),
            [&ids[0], &ids[4]]
        );
    }
    let mia = ann.invite("mia", "member").await;
    mia.get(&list).await.refused(404, "not_found");
    for bad in ["?conversation_id=x", "?limit=0", "?limit=101", "?before=x", "?conversation_id", "?sort=name"] {
        ben.get(&format!("/files{bad}")).await.refused(400, "invalid_request");
    }
}

async fn a_channels_files_are_listed_to_its_members(stead: Stead) {
    let ann = stead.register("ann").await;
    let (ben, mia) = (ann.invite("ben", "member").await, ann.invite("mia", "admin").await);
    let room = json!({"kind": "private", "name": "Plans", "user_ids": [ben.id()]});
    let room = text(&ann.post("/channels", room).await.expect(201)["id"]).to_owned();
    let mut said = Vec::new();
    for name in ["one.txt", "two.txt"] {
        let file = ann.upload(name, name).await;
        let message = json!({"content": name, "file_ids": [file["id"]]});
        said.push((file, ann.post(&format!("/channels/{room}/messages"), message).await.expect(201)));
    }
    let list = format!("/files?conversation_id={room}");
    let ids = |page: &Value| -> Vec<Value> {
        page["files"].as_array().unwrap().iter().map(|file| file["id"].clone()).collect()
    };
    let [(one, _), (two, last)] = &said[..] else { unreachable!("two files") };
    assert_eq!(ids(&ben.get(&list).await.expect(200)), [one["id"].clone(), two["id"].clone()]);
    assert_eq!(ids(&ben.get(&format!("{list}&limit=1")).await.expect(200)), [two["id"].clone()]);
    mia.get(&list).await.refused(403, "forbidden");
    stead.register("bob").await.get(&list).await.refused(404, "not_found");
    ann.delete(&format!("/messages/{}", text(&last["id"]))).await.expect(204);
    assert_eq!(ids(&ben.get(&list).await.expect(200)), [one["id"].clone()]);
    ben.post_nothing(&format!("/channels/{room}/leave")).await.expect(204);
    ben.get(&list).await.refused(403, "forbidden");
}

async fn another_organizations_files_are_not_there(stead: Stead) {
    let (ann, bob) = (stead.register("ann").await, stead.register("bob").await);
    let file = ann.upload("a.txt", "A").await;
    let thread = ann.post("/chat/default/threads", json!({"file_ids": [file["id"]]})).await.expect(201);
    assert!(!may_read(&bob, &file).await);
    bob.delete(&path_of(&file)).await.refused(404, "not_found");
    bob.get(&format!("/files?conversation_id={}", text(&thread["id"]))).await.refused(404, "not_found");
    let unknown = json!({"file_ids": ["01890000-0000-7000-8000-000000000000"]});
    let foreign = json!({"file_ids": [file["id"]]});
    let mut refusals = Vec::new();
    for body in [unknown, foreign] {
        let mut refused = bob.post("/chat/default/threads", body).await.refused(400, "invalid_request");
        refused.as_object_mut().unwrap().remove("request_id");
        refusals.push(refused);
    }
    assert_eq!(refusals[0], refusals[1]);
    assert!(may_read(&ann, &file).await);
}
