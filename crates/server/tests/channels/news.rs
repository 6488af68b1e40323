use serde_json::{Value, json};

use super::made;
use crate::harness::{Account, Stead};

on_both!(what_is_new_is_counted_and_read, a_marker_is_about_this_channel, one_says_of_what_one_is_told);

async fn say(account: &Account, channel: &str, text: &str) -> Value {
    account.post(&format!("{channel}/messages"), json!({"content": text})).await.expect(201)
}

async fn news(account: &Account, channel: &str) -> Value {
    let mine = account.get("/channels/me").await.expect(200);
    let mut mine = mine["channels"].as_array().unwrap().iter();
    mine.find(|found| channel.ends_with(found["id"].as_str().unwrap())).unwrap().clone()
}

async fn what_is_new_is_counted_and_read(stead: Stead) {
    let ann = stead.register("ann").await;
    // Nobody answers in Mia's stead.
    ann.patch("/organization", json!({"ai_enabled": false})).await.expect(200);
    let mia = ann.invite("mia", "member").await;
    let channel = made(&ann, "plans", "public").await;
    mia.post_nothing(&format!("{channel}/join")).await.expect(200);
    let first = say(&ann, &channel, "Hello @mia").await;
    let second = say(&ann, &channel, "Hello all").await;
    let own = say(&mia, &channel, "Hello").await;
    let now = news(&mia, &channel).await;
    assert_eq!((&now["unread_count"], &now["mention_count"]), (&json!(2), &json!(1)));
    assert_eq!((&now["last_message_at"], &now["last_read_message_id"]), (&own["created_at"], &Value::Null));
    let read = async |message: &Value| {
        mia.post(&format!("{channel}/read"), json!({"message_id": message["id"]})).await.expect(200)
    };
    assert_eq!(read(&first).await["last_read_message_id"], first["id"]);
    assert_eq!(news(&mia, &channel).await["unread_count"], 1);
    assert_eq!(read(&second).await["last_read_message_id"], second["id"]);
    assert_eq!(read(&first).await["last_read_message_id"], second["id"], "it goes forward only");
    let now = news(&mia, &channel).await;
    assert_eq!((&now["unread_count"], &now["mention_count"]), (&json!(0), &json!(0)));
    let third = say(&ann, &channel, "Gone soon").await;
    assert_eq!(news(&mia, &channel).await["unread_count"], 1);
    ann.delete(&format!("/messages/{}", third["id"].as_str().unwrap())).await.expect(204);
    assert_eq!(news(&mia, &channel).await["unread_count"], 0);
}

async fn a_marker_is_about_this_channel(stead: Stead) {
    let ann = stead.register("ann").await;
    let mia = ann.invite("mia", "member").await;
    let (one, other) = (made(&ann, "one", "private").await, made(&ann, "other", "private").await);
    let theirs = made(&mia, "theirs", "private").await;
    let here = say(&ann, &one, "Hello").await;
    let hidden = say(&mia, &theirs, "Hello").await;
    let read = async |channel: &str, id: &Value| ann.post(&format!("{channel}/read"), json!({"message_id": id})).await;
    read(&other, &here["id"]).await.complains_about("message_id");
    read(&one, &hidden["id"]).await.refused(404, "not_found");
    read(&one, &json!("01890000-0000-7000-8000-000000000000")).await.refused(404, "not_found");
    read(&one, &json!("x")).await.complains_about("message_id");
    read(&theirs, &hidden["id"]).await.refused(403, "forbidden");
    read(&one, &here["id"]).await.expect(200);
}

async fn one_says_of_what_one_is_told(stead: Stead) {
    let ann = stead.register("ann").await;
    let channel = made(&ann, "plans", "public").await;
    let set = async |level: Value| ann.put(&format!("{channel}/notifications"), json!({"level": level})).await;
    assert_eq!(news(&ann, &channel).await["notifications"], "all");
    for level in ["none", "mentions"] {
        assert_eq!(set(json!(level)).await.expect(200)["level"], level);
        assert_eq!(news(&ann, &channel).await["notifications"], level);
    }
    set(json!("some")).await.complains_about("level");
    set(Value::Null).await.complains_about("level");
    ann.post_nothing(&format!("{channel}/typing")).await.expect(204);
}
