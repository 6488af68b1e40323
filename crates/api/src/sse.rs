//! A run's events as server-sent events (WHATWG HTML, section 9.2).

use std::time::Duration;

use actix_web::{HttpResponse, http::StatusCode, http::header};
use bytes::Bytes;
use futures_util::{
    Stream, StreamExt,
    stream::{self, BoxStream},
};
use serde_json::Value;
use stead_application::{
    Error,
    turn::{Followed, StreamPosition},
};

use crate::{dto::RunEventBody, respond::maybe_replayed};

/// A comment that keeps the connection open is sent when nothing else was for so long.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// 200 with a run's events.
pub fn stream(events: BoxStream<'static, Result<Followed, Error>>, replayed: bool) -> HttpResponse {
    maybe_replayed(StatusCode::OK, replayed)
        .content_type("text/event-stream")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header(("x-accel-buffering", "no"))
        // Without this the compressing middleware would hold events back until its buffer is full.
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .streaming(frames(events))
}

fn frames(events: BoxStream<'static, Result<Followed, Error>>) -> impl Stream<Item = Result<Bytes, serde_json::Error>> {
    stream::unfold(Some(events), |events| async move {
        let mut events = events?;
        let next = match tokio::time::timeout(HEARTBEAT, events.next()).await {
            Ok(next) => next,
            Err(_elapsed) => return Some((Ok(Bytes::from_static(b": keep-alive\n\n")), Some(events))),
        };
        match next? {
            Ok(Followed::Event(position, event)) => {
                Some((frame(Some(position), &RunEventBody::from(*event)), Some(events)))
            }
            Ok(Followed::Closing) => Some((frame(None, &RunEventBody::ServerClosing {}), None)),
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "a stream broke off");
                None
            }
        }
    })
}

fn frame(position: Option<StreamPosition>, event: &RunEventBody) -> Result<Bytes, serde_json::Error> {
    let Value::Object(mut event) = serde_json::to_value(event)? else {
        return Err(serde::ser::Error::custom("an event is an object"));
    };
    let data = event.shift_remove("data").unwrap_or_else(|| Value::Object(serde_json::Map::new()));
    let name = event.get("event").and_then(Value::as_str).unwrap_or_default();
    let id = position.map(|position| position.to_string());
    Ok(encode(id.as_deref(), name, &serde_json::to_string(&data)?))
}

/// Every line of the data gets its own `data:`; a reader joins them again.
fn encode(id: Option<&str>, name: &str, data: &str) -> Bytes {
    let mut frame = String::with_capacity(data.len() + 64);
    let mut line = |field: &str, value: &str| {
        frame.push_str(field);
        frame.push_str(": ");
        frame.push_str(value);
        frame.push('\n');
    };
    if let Some(id) = id {
        line("id", id);
    }
    line("event", name);
    data.split('\n').for_each(|part| line("data", part));
    frame.push('\n');
    Bytes::from(frame)
}

#[cfg(test)]
mod tests {
    use stead_application::{
        citations::{CitationsOf, Cited},
        turn::RunEvent,
    };
    use stead_domain::{MessageId, run::Usage};
    use uuid::Uuid;

    use super::*;

    fn text(frames: Vec<Result<Bytes, serde_json::Error>>) -> String {
        frames.into_iter().map(|frame| String::from_utf8(frame.unwrap().to_vec()).unwrap()).collect()
    }

    fn plain(event: RunEvent) -> Box<Cited<RunEvent>> {
        Box::new(Cited { shown: event, citations: CitationsOf::new() })
    }

    #[test]
    fn lines_of_data_stay_together() {
        let frame = encode(Some("1.2.3"), "content.delta", "one\ntwo\n");
        assert_eq!(frame, "id: 1.2.3\nevent: content.delta\ndata: one\ndata: two\ndata: \n\n");
    }

    #[tokio::test]
    async fn events_have_id_name_and_json() {
        let delta = RunEvent::ContentDelta { message_id: MessageId::new(Uuid::nil()), delta: "a\nb \"é\"".to_owned() };
        let usage = RunEvent::Usage(Usage { input_tokens: 1, output_tokens: 2, ..Usage::default() });
        let at = |n, chars| StreamPosition { attempt: 1, n, chars };
        let events = [
            Ok(Followed::Event(at(2, 7), plain(delta))),
            Ok(Followed::Event(at(3, 7), plain(usage))),
            Ok(Followed::Closing),
        ];
        let told = text(frames(stream::iter(events).boxed()).collect().await);
        assert_eq!(
            told,
            "id: 1.2.7\nevent: content.delta\ndata: {\"message_id\":\"00000000-0000-0000-0000-000000000000\",\
             \"delta\":\"a\\nb \\\"é\\\"\"}\n\n\
             id: 1.3.7\nevent: usage\ndata: {\"input_tokens\":1,\"output_tokens\":2}\n\n\
             event: server.closing\ndata: {}\n\n"
        );
    }

    #[tokio::test]
    async fn an_error_ends_the_stream() {
        let usage = || Ok(Followed::Event(StreamPosition::default(), plain(RunEvent::Usage(Usage::default()))));
        let told = frames(stream::iter([usage(), Err(Error::NotFound), usage()]).boxed()).collect::<Vec<_>>().await;
        assert_eq!(told.len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn silence_is_broken_by_comments() {
        let mut told = Box::pin(frames(stream::pending().boxed()));
        for _ in 0..3 {
            assert_eq!(told.next().await.unwrap().unwrap(), ": keep-alive\n\n");
        }
    }
}
