use std::{sync::Arc, time::Duration};

use serde_json::json;
use stead_testkit::fakes::FakeClock;

use super::{Room, at};
use crate::harness::Setup;

on_both!(a_message_is_edited_as_long_as_the_window_is_open, without_a_window_nothing_is_edited, sends_are_limited);

async fn a_message_is_edited_as_long_as_the_window_is_open(setup: Setup) {
    let clock = Arc::new(FakeClock::new());
    let stead = setup.clock(Arc::clone(&clock)).setting("STEAD_MESSAGES__EDIT_WINDOW", "5m").start().await;
    let room = Room::new(&stead).await;
    let said = room.say(&room.ann, "One").await;
    clock.advance(Duration::from_secs(299));
    room.ann.patch(&at(&said, ""), json!({"content": "Two"})).await.expect(200);
    clock.advance(Duration::from_secs(2));
    room.ann.patch(&at(&said, ""), json!({"content": "Three"})).await.refused(409, "edit_window_over");
    room.ben.patch(&at(&said, ""), json!({"content": "Three"})).await.refused(403, "forbidden");
    // It can still be deleted.
    room.ann.delete(&at(&said, "")).await.expect(204);
}

async fn without_a_window_nothing_is_edited(setup: Setup) {
    let stead = setup.setting("STEAD_MESSAGES__EDIT_WINDOW", "0s").start().await;
    let room = Room::new(&stead).await;
    let said = room.say(&room.ann, "One").await;
    room.ann.patch(&at(&said, ""), json!({"content": "Two"})).await.refused(409, "edit_window_over");
}

async fn sends_are_limited(setup: Setup) {
    let setup = setup.setting("STEAD_LIMITS__SENDS_PER_SECOND", "1").setting("STEAD_LIMITS__SENDS_BURST", "2");
    let stead = setup.start().await;
    let room = Room::new(&stead).await;
    room.say(&room.ann, "One").await;
    room.say(&room.ann, "Two").await;
    room.post(&room.ann, json!({"content": "Three"})).await.refused(429, "rate_limited");
    room.say(&room.ben, "Four").await;
}
