//! Files of threads and messages.

use serde_json::json;

use super::path_of;
use crate::harness::{Stead, talk::text};

on_both!(
    a_message_has_its_files_wherever_it_is_read,
    a_message_may_be_nothing_but_files,
    only_files_that_one_may_read_are_attached,
    a_repeat_attaches_nothing_more,
    an_imported_message_has_files_too,
    a_deleted_file_is_no_attachment_any_more,
);

async fn a_message_has_its_files_wherever_it_is_read(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let (one, two) = (ann.upload("one.txt", "1").await, ann.upload("two.md", "# 2").await);
    let post = json!({"content": "See these.", "file_ids": [two["id"], one["id"]]});
    let mut events = ann.post(&talk.at("/messages"), post).stream().await;
    let told = events.until("message.created").await.pop().expect("an event").data;
    let expected = |message: &serde_json::Value, what: &str| {
        let attachments = message["attachments"].as_array().unwrap_or_else(|| panic!("{what}: {message}"));
        assert_eq!(attachments.len(), 2, "{what}: {message}");
        for (attachment, file) in attachments.iter().zip([&two, &one]) {
            assert_eq!(attachment["file_id"], file["id"], "{what}");
            assert_eq!(attachment["file_name"], file["name"], "{what}");
            assert_eq!(attachment["content_type"], file["content_type"], "{what}");
            assert_eq!(attachment["size"], file["size"], "{what}");
            assert_eq!(attachment["url"], format!("/api/v1{}/content", path_of(file)), "{what}");
        }
    };
    expected(&told["message"], "the stream");
    events.rest().await;
    expected(&talk.read().await["messages"][0], "the thread");
    expected(&talk.messages().await[0], "the list");
    let threads = ann.get("/chat/default/threads").await.expect(200);
    expected(&threads[0]["messages"][0], "the list of threads");
    assert_eq!(talk.messages().await[1]["attachments"], json!([]), "the answer has none");
    let url = talk.messages().await[0]["attachments"][0]["url"].as_str().unwrap().to_owned();
    assert_eq!(ann.at_root().get(&url).await.text(), "# 2");
}

async fn a_message_may_be_nothing_but_files(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let file = ann.upload("one.txt", "1").await;
    let messages = talk.at("/messages");
    for empty in [json!({"content": ""}), json!({"content": "", "file_ids": []}), json!({"file_ids": [file["id"]]})] {
        ann.post(&messages, empty).await.complains_about("content");
    }
    let answer = ann.post(&messages, json!({"content": "", "file_ids": [file["id"]]})).await.expect(201);
    assert_eq!(answer["status"], "complete", "{answer}");
    let said = talk.messages().await.remove(0);
    assert_eq!((text(&said["content"]), said["attachments"].as_array().unwrap().len()), ("", 1));
}

async fn only_files_that_one_may_read_are_attached(stead: Stead) {
    let ann = stead.register("ann").await;
    let ben = ann.invite("ben", "member").await;
    let bob = stead.register("bob").await;
    let talk = ann.talk().await;
    let own = ann.upload("a.txt", "A").await;
    let others = [ben.upload("b.txt", "B").await["id"].clone(), bob.upload("c.txt", "C").await["id"].clone()];
    let mut bad = vec![
        json!(["01890000-0000-7000-8000-000000000000"]),
        json!(["x"]),
        json!([own["id"], own["id"]]),
        json!("x"),
        json!([1]),
        json!([null]),
    ];
    bad.extend(others.iter().map(|other| json!([own["id"], other])));
    bad.push(json!((0..21).map(|n| format!("01890000-0000-7000-8000-0000000000{n:02}")).collect::<Vec<_>>()));
    for file_ids in bad {
        ann.post(&talk.at("/messages"), json!({"content": "x", "file_ids": file_ids}))
            .await
            .complains_about("file_ids");
        ann.post("/chat/default/threads", json!({"file_ids": file_ids})).await.complains_about("file_ids");
    }
    assert!(talk.messages().await.is_empty(), "nothing was said");
    for none in [json!(null), json!([])] {
        ann.post("/chat/default/threads", json!({"file_ids": none})).await.expect(201);
    }
}

async fn a_repeat_attaches_nothing_more(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let file = ann.upload("a.txt", "A").await;
    let post = || {
        let body = json!({"content": "x", "file_ids": [file["id"]]});
        ann.post(&talk.at("/messages"), body).key("once")
    };
    let first = post().await.expect(201);
    assert_eq!(post().await.expect(201)["id"], first["id"]);
    let messages = talk.messages().await;
    assert_eq!((messages.len(), messages[0]["attachments"].as_array().unwrap().len()), (2, 1));
    let other = json!({"content": "x"});
    ann.post(&talk.at("/messages"), other).key("once").await.refused(409, "idempotency_mismatch");
}

async fn an_imported_message_has_files_too(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let scopes = ["threads:write", "threads:read", "threads:import", "files:write"];
    let key = ann.post("/api-keys", json!({"name": "import", "scopes": scopes})).await.expect(201);
    let importer = ann.with_token(text(&key["secret"]));
    let file = importer.post_nothing("/files").file("a.txt", "A").await.expect(201);
    let body = json!({"content": "Here.", "role": "assistant", "file_ids": [file["id"]]});
    let imported = importer.post(&talk.at("/messages"), body).await.expect(201);
    assert_eq!(imported["attachments"][0]["file_id"], file["id"]);
    let foreign = json!({"content": "x", "role": "system", "file_ids": ["01890000-0000-7000-8000-000000000000"]});
    importer.post(&talk.at("/messages"), foreign).await.complains_about("file_ids");
}

async fn a_deleted_file_is_no_attachment_any_more(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let (gone, kept) = (ann.upload("a.txt", "A").await, ann.upload("b.txt", "B").await);
    let body = json!({"content": "x", "file_ids": [gone["id"], kept["id"]]});
    ann.post(&talk.at("/messages"), body).await.expect(201);
    ann.delete(&path_of(&gone)).await.expect(204);
    ann.delete(&path_of(&gone)).await.refused(404, "not_found");
    let attachments = talk.messages().await.remove(0)["attachments"].clone();
    assert_eq!(attachments.as_array().unwrap().len(), 1);
    assert_eq!(attachments[0]["file_id"], kept["id"]);
    let again = json!({"content": "x", "file_ids": [gone["id"]]});
    ann.post(&talk.at("/messages"), again).await.complains_about("file_ids");
}
