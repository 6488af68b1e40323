use serde_json::{Value, json};

use super::{Room, at, contents, ids};
use crate::harness::{Stead, talk::text};

on_both!(
    pages_lead_from_one_end_to_the_other,
    places_are_found_by_message_and_time,
    deleted_messages_keep_their_places,
    a_page_is_any_part_of_the_list,
    bad_places_are_told,
    replies_are_listed_in_pages,
);

async fn filled(stead: &Stead, count: usize) -> (Room, Vec<Value>) {
    let room = Room::new(stead).await;
    let mut said = Vec::new();
    for n in 0..count {
        said.push(room.say(&room.ann, &n.to_string()).await);
    }
    (room, said)
}

async fn pages_lead_from_one_end_to_the_other(stead: Stead) {
    let (room, said) = filled(&stead, 11).await;
    let mut query = "limit=4".to_owned();
    let mut back: Vec<Value> = Vec::new();
    loop {
        let page = room.ben.get(&room.at(&format!("/messages?{query}"))).await.expect(200);
        back.splice(0..0, page["messages"].as_array().unwrap().clone());
        match page.get("next_before") {
            Some(place) => query = format!("limit=4&before={}", text(place)),
            None => break,
        }
    }
    assert_eq!(back, said);
    let mut query = format!("limit=4&after={}", text(&said[0]["id"]));
    let mut on = vec![said[0].clone()];
    loop {
        let page = room.ben.get(&room.at(&format!("/messages?{query}"))).await.expect(200);
        on.extend(page["messages"].as_array().unwrap().clone());
        match page.get("next_after") {
            Some(place) => query = format!("limit=4&after={}", text(place)),
            None => break,
        }
    }
    assert_eq!(on, said);
}

async fn places_are_found_by_message_and_time(stead: Stead) {
    let (room, said) = filled(&stead, 9).await;
    let list = async |query: &str| {
        let page = room.ann.get(&room.at(&format!("/messages?{query}"))).await.expect(200);
        contents(page["messages"].as_array().unwrap()).join("")
    };
    assert_eq!(list(&format!("around={}&limit=4", text(&said[4]["id"]))).await, "2345");
    assert_eq!(list("at=2020-01-01T00:00:00Z&limit=3").await, "012");
    assert_eq!(list("at=2120-01-01T00:00:00Z&limit=3").await, "678");
    assert_eq!(list("").await, "012345678");
}

async fn deleted_messages_keep_their_places(stead: Stead) {
    let (room, said) = filled(&stead, 3).await;
    room.ann.delete(&at(&said[1], "")).await.expect(204);
    let listed = room.messages(&room.ben).await;
    assert_eq!(contents(&listed), ["0", "", "2"]);
    assert_eq!(ids(&listed), ids(&said));
    assert!(listed[1]["deleted_at"].is_string() && listed[0]["deleted_at"].is_null());
}

async fn a_page_is_any_part_of_the_list(stead: Stead) {
    let (room, said) = filled(&stead, 10).await;
    let all = ids(&said);
    for limit in [1, 3, 12] {
        let page = async |query: String| {
            let page = room.ben.get(&room.at(&format!("/messages?limit={limit}&{query}"))).await.expect(200);
            page["messages"].as_array().unwrap().clone()
        };
        let newest = page(String::new()).await;
        assert_eq!(ids(&newest), all[all.len().saturating_sub(limit)..]);
        for (place, id) in all.iter().enumerate() {
            let before = page(format!("before={id}")).await;
            assert_eq!(ids(&before), all[place.saturating_sub(limit)..place]);
            let after = page(format!("after={id}")).await;
            assert_eq!(ids(&after), all[place + 1..all.len().min(place + 1 + limit)]);
        }
    }
}

async fn bad_places_are_told(stead: Stead) {
    let room = Room::new(&stead).await;
    let id = "0197a3c4-5d6e-7f80-9a1b-000000000001";
    for (query, field) in [
        ("limit=0".to_owned(), "limit"),
        ("limit=101".to_owned(), "limit"),
        ("before=x".to_owned(), "before"),
        (format!("before={id}&after={id}"), "after"),
        (format!("around={id}&at=2026-01-01T00:00:00Z"), "at"),
        ("at=yesterday".to_owned(), "at"),
        ("branches=all".to_owned(), "branches"),
    ] {
        room.ann.get(&room.at(&format!("/messages?{query}"))).await.complains_about(field);
    }
}

async fn replies_are_listed_in_pages(stead: Stead) {
    let room = Room::new(&stead).await;
    let root = room.say(&room.ann, "And?").await;
    let mut replies = Vec::new();
    for n in 0..5 {
        replies.push(room.reply(&room.ben, &root, &n.to_string()).await);
        room.say(&room.ann, "Meanwhile").await;
    }
    let page = room.ann.get(&at(&root, "/replies?limit=2")).await.expect(200);
    assert_eq!(contents(page["messages"].as_array().unwrap()), ["3", "4"]);
    let rest = at(&root, &format!("/replies?before={}", text(&page["next_before"])));
    let rest = room.ann.get(&rest).await.expect(200);
    assert_eq!(contents(rest["messages"].as_array().unwrap()), ["0", "1", "2"]);
    assert_eq!((rest.get("next_before"), rest["next_after"] == replies[2]["id"]), (None, true));
    room.ann.delete(&at(&root, "")).await.expect(204);
    let left = room.ann.get(&at(&root, "/replies")).await.expect(200);
    assert_eq!(left["messages"].as_array().unwrap().len(), 5);
    assert_eq!(room.ann.get(&at(&root, "")).await.expect(200)["reply_count"], json!(5));
}
