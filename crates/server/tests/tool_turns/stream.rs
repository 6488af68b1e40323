use serde_json::json;
use stead_testkit::fakes::{FakeReply, FakeToolReply};

use super::talk_with_tools;
use crate::harness::{
    Event, Stead,
    events::{assert_positions, content, names},
};

on_both!(a_stream_goes_on_at_every_place, a_stream_goes_on_while_a_tool_works);

fn lasting(events: &[Event]) -> Vec<(String, serde_json::Value)> {
    let lasting = events.iter().filter(|event| !event.name.ends_with(".delta"));
    lasting.map(|event| (event.name.clone(), event.data.clone())).collect()
}

async fn a_stream_goes_on_at_every_place(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = talk_with_tools(&ann, "auto").await;
    let first = FakeReply::pieces(["Let ", "me ", "look."]).and_tool_calls([("x", "kit__echo", r#"{"q":1}"#)]);
    let second = FakeReply::tool_calls([("y", "kit__echo", r#"{"q":2}"#)]);
    stead.script().answers([first, second, FakeReply::pieces(["Found ", "it ✅."])]);
    let whole = talk.stream("look").await.rest().await;
    assert_positions(&whole);
    let run = whole[1].data["run"]["id"].as_str().unwrap().to_owned();
    // From the database now: its pieces may be larger, everything else is the same.
    let told = talk.follow(&run).await.rest().await;
    assert_positions(&told);
    assert_eq!((content(&told), lasting(&told)), (content(&whole), lasting(&whole)));
    for (index, event) in whole.iter().enumerate() {
        let rest = talk.follow_from(&run, event.id.as_deref().unwrap()).await.rest().await;
        let expected = lasting(&whole[index + 1..]);
        if expected.is_empty() {
            assert_eq!(names(&rest), ["run.completed"], "a reader learns that nothing follows");
            continue;
        }
        assert_eq!(lasting(&rest), expected, "after {event:?}");
        assert_eq!(content(&whole[..=index]) + &content(&rest), content(&whole), "after {event:?}");
    }
}

async fn a_stream_goes_on_while_a_tool_works(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = talk_with_tools(&ann, "auto").await;
    let gate = stead_testkit::gate::Gate::new();
    let first = FakeReply::text("One.").and_tool_calls([("x", "kit__echo", "{}")]);
    stead.script().answers([first, FakeReply::text("Two.")]);
    stead.tools().script(FakeToolReply::text("ok").behind(&gate));
    let mut events = talk.stream("go").await;
    let mut seen = events.until("tool_call.started").await;
    drop(events);
    let run = seen[1].data["run"]["id"].as_str().unwrap().to_owned();
    let place = seen.last().unwrap().id.clone().unwrap();
    let events = talk.follow_from(&run, &place).await;
    gate.open();
    let rest = events.rest().await;
    seen.extend(rest.iter().cloned());
    assert_positions(&seen);
    assert_eq!(content(&seen), "One.\n\nTwo.");
    assert_eq!(seen.last().unwrap().data["run"]["status"], json!("completed"));
}
