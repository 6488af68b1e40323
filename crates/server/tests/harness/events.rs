//! The stream of a run, read event by event.

use std::pin::Pin;

use futures_util::{Stream, StreamExt};
use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use sse_stream::{Error, Sse, SseByteStream};

use super::{
    contract::{Contract, Sent},
    patience::soon,
    talk::text,
};

/// One event.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    pub id: Option<String>,
    pub name: String,
    pub data: Value,
}

/// A stream of events.
pub struct Events {
    sent: Sent,
    pub headers: HeaderMap,
    stream: Pin<Box<dyn Stream<Item = Result<Sse, Error>> + Send>>,
}

impl Events {
    pub fn new(sent: Sent, headers: HeaderMap, response: reqwest::Response) -> Self {
        Contract::get().check_stream(&sent, &headers);
        Self { sent, headers, stream: Box::pin(SseByteStream::new(response.bytes_stream())) }
    }

    /// The next event; `None` at the end of the stream.
    pub async fn next(&mut self) -> Option<Event> {
        let block = soon(&format!("an event of {}", self.sent), self.stream.next()).await?;
        let block = block.unwrap_or_else(|error| panic!("{}: {error}", self.sent));
        let data = block.data.expect("every event has data");
        let data = serde_json::from_str(&data).unwrap_or_else(|error| panic!("{error}: {data}"));
        let event = Event { id: block.id, name: block.event.expect("every event has a name"), data };
        Contract::get().check_event(&self.sent, &event);
        Some(event)
    }

    /// Everything up to and with the first event of that name.
    pub async fn until(&mut self, name: &str) -> Vec<Event> {
        let mut events = Vec::new();
        loop {
            let event = self.next().await.unwrap_or_else(|| panic!("no {name} in {:?}", names(&events)));
            events.push(event);
            if events.last().is_some_and(|event| event.name == name) {
                return events;
            }
        }
    }

    /// Everything to the end.
    pub async fn rest(mut self) -> Vec<Event> {
        let mut events = Vec::new();
        while let Some(event) = self.next().await {
            events.push(event);
        }
        events
    }
}

/// The events' names, a run of deltas as one.
pub fn names(events: &[Event]) -> Vec<&str> {
    let mut names: Vec<&str> = events.iter().map(|event| event.name.as_str()).collect();
    names.dedup_by(|a, b| a == b && a.ends_with(".delta"));
    names
}

/// The text that a follower has pieced together.
pub fn content(events: &[Event]) -> String {
    let mut content = String::new();
    for event in events {
        match event.name.as_str() {
            "content.delta" => content.push_str(text(&event.data["delta"])),
            "message.snapshot" => text(&event.data["content"]).clone_into(&mut content),
            "run.restarted" => content.clear(),
            _ => {}
        }
    }
    content
}

/// Checks that ids count exactly: the attempt, events other than deltas, characters of the answer.
#[track_caller]
pub fn assert_positions(events: &[Event]) {
    let (mut n, mut chars) = (0, 0);
    for event in events {
        match event.name.as_str() {
            "content.delta" => chars += text(&event.data["delta"]).chars().count(),
            "reasoning.delta" | "tool_call.delta" => {}
            _ => n += 1,
        }
        let id = event.id.as_deref().unwrap_or_else(|| panic!("no id: {event:?}"));
        let attempt = id.split('.').next().unwrap_or_default();
        assert!(attempt.parse::<u32>().is_ok(), "{id} does not begin with an attempt");
        assert_eq!(id, format!("{attempt}.{n}.{chars}"), "the place of {event:?}");
    }
}

/// The event as its schema describes it.
impl From<&Event> for Value {
    fn from(event: &Event) -> Self {
        json!({"event": event.name, "data": event.data})
    }
}
