use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{Room, at};
use crate::harness::{Stead, talk::text};

on_both!(
    an_edit_shows_at_once_and_keeps_what_was,
    only_who_wrote_it_edits_a_message,
    an_edit_that_changes_nothing_is_none,
    a_message_with_files_may_become_empty,
    what_is_wrong_with_an_edit_is_told,
    an_edit_of_an_older_version_is_refused_where_one_asks_for_that,
    edits_at_once_follow_each_other,
    a_deleted_message_is_gone_but_for_its_place,
    who_may_delete_a_message,
    the_history_is_listed_in_pages,
);

async fn an_edit_shows_at_once_and_keeps_what_was(stead: Stead) {
    let room = Room::new(&stead).await;
    let said = room.say(&room.ann, "Helo @channel").await;
    let edited = room.ann.patch(&at(&said, ""), json!({"content": "**Hello** @here"})).await.expect(200);
    assert_eq!((&edited["content"], &edited["version"]), (&json!("**Hello** @here"), &json!(2)));
    assert_eq!(edited["content_html"], "<p><strong>Hello</strong> @here</p>\n");
    assert_eq!(edited["mentions"], json!([{"kind": "here"}]));
    assert!(edited["edited_at"].is_string() && edited["created_at"] == said["created_at"]);
    assert_eq!(room.messages(&room.ben).await, vec![edited]);
    let history = room.ben.get(&at(&said, "/edits")).await.expect(200);
    assert_eq!(history["edits"].as_array().unwrap().len(), 1);
    let edit = &history["edits"][0];
    let told = (&edit["version"], &edit["content"], text(&edit["edited_by"]));
    assert_eq!(told, (&json!(1), &json!("Helo @channel"), room.ann.id()));
}

async fn only_who_wrote_it_edits_a_message(stead: Stead) {
    let room = Room::new(&stead).await;
    let said = room.say(&room.ben, "Hello").await;
    let patch = || json!({"content": "Bye"});
    room.ann.patch(&at(&said, ""), patch()).await.refused(403, "forbidden");
    room.cy.patch(&at(&said, ""), patch()).await.refused(403, "forbidden");
    room.ben.patch(&at(&said, ""), patch()).await.expect(200);
    room.ann.delete(&room.at(&format!("/members/{}", room.ben.id()))).await.expect(204);
    room.ben.patch(&at(&said, ""), patch()).await.refused(403, "forbidden");
}

async fn an_edit_that_changes_nothing_is_none(stead: Stead) {
    let room = Room::new(&stead).await;
    let said = room.say(&room.ann, "Hello").await;
    for same in [json!({}), json!({"content": "Hello"})] {
        assert_eq!(room.ann.patch(&at(&said, ""), same).await.expect(200), said);
    }
    assert_eq!(room.ann.get(&at(&said, "/edits")).await.expect(200)["edits"], json!([]));
}

async fn a_message_with_files_may_become_empty(stead: Stead) {
    let room = Room::new(&stead).await;
    let file = room.ann.upload("a.txt", "A").await;
    let said = room.say(&room.ann, "Hello").await;
    room.ann.patch(&at(&said, ""), json!({"content": ""})).await.complains_about("content");
    let said = room.post(&room.ann, json!({"content": "See", "file_ids": [file["id"]]})).await.expect(201);
    let edited = room.ann.patch(&at(&said, ""), json!({"content": ""})).await.expect(200);
    // How far it is understood may have changed meanwhile.
    let file = |message: &Value| message["attachments"][0]["file_id"].clone();
    assert_eq!((&edited["content"], file(&edited)), (&json!(""), file(&said)));
}

async fn what_is_wrong_with_an_edit_is_told(stead: Stead) {
    let room = Room::new(&stead).await;
    let said = room.say(&room.ann, "Hello").await;
    for (field, patch) in [
        ("content", json!({"content": null})),
        ("content", json!({"content": "é".repeat(40_001)})),
        ("content", json!({"content_html": "<p>x</p>"})),
        ("metadata", json!({"metadata": {}})),
        ("from_ai", json!({"from_ai": true})),
        ("author", json!({"content": "x", "author": {}})),
    ] {
        room.ann.patch(&at(&said, ""), patch).await.complains_about(field);
    }
    let unknown = "/messages/0197a3c4-5d6e-7f80-9a1b-000000000001";
    room.ann.patch(unknown, json!({"content": "x"})).await.refused(404, "not_found");
    room.ann.patch("/messages/x", json!({"content": "x"})).await.complains_about("message_id");
    let answer = room.ann.talk().await.say("hello").await.expect(201);
    room.ann.patch(&at(&answer, ""), json!({"content": "x"})).await.refused(404, "not_found");
}

async fn an_edit_of_an_older_version_is_refused_where_one_asks_for_that(stead: Stead) {
    let room = Room::new(&stead).await;
    let said = room.say(&room.ann, "One").await;
    let tag = room.ann.get(&at(&said, "")).await.header("etag").unwrap().to_owned();
    let patch = |content: &str| room.ann.patch(&at(&said, ""), json!({"content": content})).header("if-match", &tag);
    patch("Two").await.expect(200);
    patch("Three").await.refused(412, "precondition_failed");
    assert_eq!(room.ann.get(&at(&said, "")).await.expect(200)["content"], "Two");
    let now = room.ann.get(&at(&said, "")).await.header("etag").unwrap().to_owned();
    assert_eq!(room.ann.get(&at(&said, "")).header("if-none-match", &now).await.status, 304);
}

async fn edits_at_once_follow_each_other(stead: Stead) {
    let room = Room::new(&stead).await;
    let said = room.say(&room.ann, "0").await;
    let texts: Vec<String> = (1..=6).map(|n| n.to_string()).collect();
    let path = at(&said, "");
    let edits = texts.iter().map(|text| room.ann.patch(&path, json!({"content": text})).into_future());
    let done = join_all(edits).await.into_iter().filter(|answer| answer.status == 200).count();
    assert!(done >= 1);
    let now = room.ann.get(&at(&said, "")).await.expect(200);
    assert_eq!(now["version"], json!(done + 1));
    let history = room.ann.get(&at(&said, "/edits")).await.expect(200);
    let versions: Vec<Value> =
        history["edits"].as_array().unwrap().iter().map(|edit| edit["version"].clone()).collect();
    assert_eq!(versions, (1..=done).map(|n| json!(n)).collect::<Vec<_>>());
}

async fn a_deleted_message_is_gone_but_for_its_place(stead: Stead) {
    let room = Room::new(&stead).await;
    let file = room.ann.upload("a.txt", "A").await;
    let body = json!({"content": "Secret @channel", "file_ids": [file["id"]], "metadata": {"x": "Secret"}});
    let said = room.post(&room.ann, body).await.expect(201);
    room.ann.patch(&at(&said, ""), json!({"content": "Secret too @here"})).await.expect(200);
    room.ben.put(&at(&said, "/reactions/%F0%9F%91%8D"), json!({})).await.expect(200);
    room.ben.put(&room.at(&format!("/pins/{}", text(&said["id"]))), json!({})).await.expect(200);
    room.ann.delete(&at(&said, "")).await.expect(204);
    let left = room.ben.get(&at(&said, "")).await.expect(200);
    for (field, empty) in [
        ("content", json!("")),
        ("content_html", json!("")),
        ("metadata", json!({})),
        ("mentions", json!([])),
        ("reactions", json!([])),
        ("attachments", json!([])),
    ] {
        assert_eq!(left[field], empty, "{field}");
    }
    assert_eq!((&left["author"], &left["version"]), (&said["author"], &json!(3)));
    assert!(left["deleted_at"].is_string());
    assert_eq!(room.ann.get(&at(&said, "/edits")).await.expect(200)["edits"], json!([]));
    assert_eq!(room.ann.get(&room.at("/pins")).await.expect(200)["pins"], json!([]));
    room.ann.delete(&at(&said, "")).await.refused(404, "not_found");
    room.ann.patch(&at(&said, ""), json!({"content": "Back"})).await.refused(404, "not_found");
    room.ann.put(&at(&said, "/reactions/%F0%9F%91%8D"), json!({})).await.refused(404, "not_found");
    room.ann.get(&at(&said, "/reactions")).await.refused(404, "not_found");
    room.ann.put(&room.at(&format!("/pins/{}", text(&said["id"]))), json!({})).await.refused(404, "not_found");
    assert!(!room.messages(&room.ann).await[0].to_string().contains("Secret"));
}

async fn who_may_delete_a_message(stead: Stead) {
    let room = Room::new(&stead).await;
    let (anns, bens) = (room.say(&room.ann, "A").await, room.say(&room.ben, "B").await);
    room.ben.delete(&at(&anns, "")).await.refused(403, "forbidden");
    room.cy.delete(&at(&anns, "")).await.refused(403, "forbidden");
    // Ann looks after the channel.
    room.ann.delete(&at(&bens, "")).await.expect(204);
    let direct = json!({"kind": "direct", "user_ids": [room.ben.id()]});
    let direct = super::channel(&room.ann, direct).await;
    let said = room.ben.post(&format!("/channels/{direct}/messages"), json!({"content": "x"})).await.expect(201);
    room.ann.delete(&at(&said, "")).await.refused(403, "forbidden");
    room.ben.delete(&at(&said, "")).await.expect(204);
    room.ann.delete("/messages/0197a3c4-5d6e-7f80-9a1b-000000000001").await.refused(404, "not_found");
}

async fn the_history_is_listed_in_pages(stead: Stead) {
    let room = Room::new(&stead).await;
    let said = room.say(&room.ann, "1").await;
    for n in 2..=5 {
        room.ann.patch(&at(&said, ""), json!({"content": n.to_string()})).await.expect(200);
    }
    let versions = |page: &Value| -> Vec<i64> {
        page["edits"].as_array().unwrap().iter().map(|edit| edit["version"].as_i64().unwrap()).collect()
    };
    let newest = room.ben.get(&at(&said, "/edits?limit=3")).await.expect(200);
    assert_eq!((versions(&newest), &newest["next_before"]), (vec![2, 3, 4], &json!(2)));
    let rest = room.ben.get(&at(&said, "/edits?limit=3&before=2")).await.expect(200);
    assert_eq!((versions(&rest), rest.get("next_before")), (vec![1], None));
    for bad in ["limit=0", "limit=101", "limit=x"] {
        room.ben.get(&at(&said, &format!("/edits?{bad}"))).await.complains_about("limit");
    }
    for bad in ["before=0", "before=-1", "before=x"] {
        room.ben.get(&at(&said, &format!("/edits?{bad}"))).await.complains_about("before");
    }
}
