use serde_json::{Value, json};

use super::{Room, at, channel, contents};
use crate::harness::{Stead, talk::text};

on_both!(
    a_message_is_answered_as_it_is_stored,
    messages_are_listed_in_their_order,
    a_reply_names_what_it_replies_to,
    a_reply_is_to_a_message_of_the_channel,
    a_message_comes_with_its_files,
    its_members_read_the_files_of_a_channel,
    what_is_wrong_with_a_message_is_told,
    html_is_made_or_cleaned,
    rooms_of_every_kind_take_messages,
    the_briefs_other_path_is_the_same,
);

async fn a_message_is_answered_as_it_is_stored(stead: Stead) {
    let room = Room::new(&stead).await;
    let client_id = "0197a3c4-5d6e-7f80-9a1b-000000000018";
    let body = json!({"content": "*Hello*", "metadata": {"n": 1}, "client_id": client_id});
    let answer = room.post(&room.ann, body).await;
    let location = answer.header("location").map(str::to_owned);
    let said = answer.expect(201);
    assert_eq!(location, Some(format!("/api/v1/messages/{}", text(&said["id"]))));
    let expected = json!({
        "id": said["id"], "channel_id": room.id, "from_ai": false, "role": "user", "status": "complete", "version": 1,
        "content": "*Hello*", "content_html": "<p><em>Hello</em></p>\n", "metadata": {"n": 1}, "client_id": client_id,
        "author": {"kind": "user", "id": room.ann.id(), "handle": "ann", "display_name": room.ann.user["display_name"],
            "avatar_url": null},
        "parent_id": null, "reply_count": 0, "reactions": [], "mentions": [], "attachments": [],
        "created_at": said["created_at"], "edited_at": null, "deleted_at": null,
    });
    assert_eq!(said, expected);
    assert_eq!(room.messages(&room.ben).await, vec![said.clone()]);
    assert_eq!(room.ben.get(&at(&said, "")).await.expect(200), said);
}

async fn messages_are_listed_in_their_order(stead: Stead) {
    let room = Room::new(&stead).await;
    for n in 0..5 {
        let who = if n % 2 == 0 { &room.ann } else { &room.ben };
        room.say(who, &n.to_string()).await;
    }
    let messages = room.messages(&room.ben).await;
    assert_eq!(contents(&messages), ["0", "1", "2", "3", "4"]);
    let authors: Vec<_> = messages.iter().map(|said| text(&said["author"]["handle"])).collect();
    assert_eq!(authors, ["ann", "ben", "ann", "ben", "ann"]);
}

async fn a_reply_names_what_it_replies_to(stead: Stead) {
    let room = Room::new(&stead).await;
    let root = room.say(&room.ann, "And?").await;
    let first = room.reply(&room.ben, &root, "Yes").await;
    let second = room.reply(&room.ann, &root, "No").await;
    let nested = room.reply(&room.ann, &first, "Why?").await;
    assert_eq!((&first["parent_id"], &nested["parent_id"]), (&root["id"], &first["id"]));
    let counts: Vec<_> = room.messages(&room.ann).await.iter().map(|said| said["reply_count"].clone()).collect();
    assert_eq!(counts, [2, 1, 0, 0]);
    let replies = room.ben.get(&at(&root, "/replies")).await.expect(200);
    let found: Vec<_> = replies["messages"].as_array().unwrap().iter().map(|said| said["id"].clone()).collect();
    assert_eq!(found, [first["id"].clone(), second["id"].clone()]);
}

async fn a_reply_is_to_a_message_of_the_channel(stead: Stead) {
    let room = Room::new(&stead).await;
    let other = channel(&room.ann, json!({"name": "Other"})).await;
    let elsewhere = room.ann.post(&format!("/channels/{other}/messages"), json!({"content": "x"})).await.expect(201);
    let gone = room.say(&room.ann, "Gone").await;
    room.ann.delete(&at(&gone, "")).await.expect(204);
    let talk = room.ann.talk().await;
    let answer = talk.say("hello").await.expect(201);
    let unknown = json!("0197a3c4-5d6e-7f80-9a1b-000000000001");
    for parent in [&elsewhere["id"], &gone["id"], &answer["id"], &unknown, &json!("x")] {
        let body = json!({"content": "Yes", "parent_id": parent});
        room.post(&room.ann, body).await.complains_about("parent_id");
    }
    assert_eq!(room.messages(&room.ann).await.len(), 1);
}

async fn a_message_comes_with_its_files(stead: Stead) {
    let room = Room::new(&stead).await;
    let (one, two) = (room.ann.upload("one.txt", "1").await, room.ann.upload("two.txt", "2").await);
    let post = |content: &str| room.post(&room.ann, json!({"content": content, "file_ids": [two["id"], one["id"]]}));
    for said in [post("See these.").await.expect(201), post("").await.expect(201)] {
        let files: Vec<_> =
            said["attachments"].as_array().unwrap().iter().map(|file| file["file_id"].clone()).collect();
        assert_eq!(files, [two["id"].clone(), one["id"].clone()]);
        let seen = room.ben.get(&at(&said, "")).await.expect(200);
        let seen: Vec<_> = seen["attachments"].as_array().unwrap().iter().map(|file| file["file_id"].clone()).collect();
        assert_eq!(seen, files);
    }
}

async fn its_members_read_the_files_of_a_channel(stead: Stead) {
    let room = Room::new(&stead).await;
    let file = room.ann.upload("one.txt", "1").await;
    let path = format!("/files/{}/content", text(&file["id"]));
    room.ben.get(&path).await.refused(404, "not_found");
    let said = room.post(&room.ann, json!({"content": "x", "file_ids": [file["id"]]})).await.expect(201);
    assert_eq!(room.ben.get(&path).await.text(), "1");
    room.cy.get(&path).await.refused(404, "not_found");
    let theirs = json!({"content": "again", "file_ids": [file["id"]]});
    room.post(&room.ben, theirs.clone()).await.expect(201);
    let other = channel(&room.cy, json!({"name": "Other"})).await;
    room.cy.post(&format!("/channels/{other}/messages"), theirs).await.complains_about("file_ids");
    // With the last message that it hangs on it is the uploader's alone again.
    room.ann.delete(&at(&said, "")).await.expect(204);
    let again = room.messages(&room.ben).await.remove(1);
    assert_eq!(room.ben.get(&path).await.text(), "1");
    room.ben.delete(&at(&again, "")).await.expect(204);
    room.ben.get(&path).await.refused(404, "not_found");
    assert_eq!(room.ann.get(&path).await.text(), "1");
}

async fn what_is_wrong_with_a_message_is_told(stead: Stead) {
    let room = Room::new(&stead).await;
    for (field, body) in [
        ("content", json!({})),
        ("content", json!({"content": ""})),
        ("content", json!({"content": null})),
        ("content", json!({"content": "a\u{0}"})),
        ("content", json!({"content": "é".repeat(40_001)})),
        ("content_html", json!({"content": "x", "content_html": 1})),
        ("metadata", json!({"content": "x", "metadata": []})),
        ("metadata", json!({"content": "x", "metadata": {"x": "y".repeat(17_000)}})),
        ("file_ids", json!({"content": "x", "file_ids": ["0197a3c4-5d6e-7f80-9a1b-000000000001"]})),
        ("client_id", json!({"content": "x", "client_id": "mine"})),
        ("parent_id", json!({"content": "x", "parent_id": 1})),
    ] {
        room.post(&room.ann, body).await.complains_about(field);
    }
    for forged in ["role", "from_ai", "author", "author_user_id", "created_at", "on_behalf_of", "organization_id", "id"]
    {
        let mut body = json!({"content": "x"});
        body[forged] = json!("assistant");
        room.post(&room.ann, body).await.complains_about(forged);
    }
    assert!(room.messages(&room.ann).await.is_empty());
    room.say(&room.ann, &"é".repeat(40_000)).await;
    room.post(&room.ann, json!({"content": " \n🇩🇪\u{202E} "})).await.expect(201);
    assert_eq!(room.messages(&room.ann).await[1]["content"], " \n🇩🇪\u{202E} ");
}

async fn html_is_made_or_cleaned(stead: Stead) {
    let room = Room::new(&stead).await;
    let made = room.say(&room.ann, "a <script>alert(1)</script> ![x](https://example.org/leak) **b**").await;
    let html = text(&made["content_html"]).to_owned();
    assert!(html.contains("<strong>b</strong>") && !html.contains("<script") && !html.contains("<img"), "{html}");
    let given = json!({"content": "x", "content_html": "<b onclick=x>x</b><iframe src=y></iframe>"});
    assert_eq!(room.post(&room.ann, given).await.expect(201)["content_html"], "<b>x</b>");
}

async fn rooms_of_every_kind_take_messages(stead: Stead) {
    let room = Room::new(&stead).await;
    let (ben, cy) = (room.ben.id(), room.cy.id());
    let mut channels = vec![
        channel(&room.ann, json!({"kind": "public", "name": "Open"})).await,
        channel(&room.ann, json!({"kind": "direct", "user_ids": [ben]})).await,
        channel(&room.ann, json!({"kind": "group", "user_ids": [ben, cy]})).await,
    ];
    let mine = room.ann.get("/channels/me").await.expect(200);
    let mine = mine["channels"].as_array().unwrap();
    let own = mine.iter().find(|channel| channel["ai_channel"] == true).expect("a channel with one's own agent");
    channels.push(text(&own["id"]).to_owned());
    for channel in channels {
        let path = format!("/channels/{channel}/messages");
        let said = room.ann.post(&path, json!({"content": "Hello"})).await.expect(201);
        assert_eq!(room.ann.get(&path).await.expect(200)["messages"][0]["id"], said["id"]);
    }
}

async fn the_briefs_other_path_is_the_same(stead: Stead) {
    let room = Room::new(&stead).await;
    let path = format!("/messages/{}/messages", room.id);
    let said = room.ann.post(&path, json!({"content": "Hello"})).await.expect(201);
    let listed = |page: Value| page["messages"][0]["id"].clone();
    assert_eq!(listed(room.ben.get(&path).await.expect(200)), said["id"]);
    assert_eq!(listed(room.ben.at_root().get(&path).await.expect(200)), said["id"]);
    assert_eq!(listed(room.ben.at_root().get(&room.at("/messages")).await.expect(200)), said["id"]);
}
