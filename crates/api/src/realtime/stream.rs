use actix_web::{HttpResponse, http::header};
use bytes::{BufMut, Bytes, BytesMut};
use futures_util::{Stream, stream};
use stead_application::{
    Caller,
    presence::Attendance,
    realtime::{Closing, Frame, Seq, Subscription},
};
use stead_domain::event::EventCursor;

use super::frames;
use crate::{Api, dto::WhatHappened};

/// 200 with a connection's events as server-sent events (WHATWG HTML, section 9.2).
pub fn answer(api: Api, caller: Caller, subscription: Subscription) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header(("x-accel-buffering", "no"))
        // Without this the compressing middleware would hold events back until its buffer is full.
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .streaming(pieces(api, caller, subscription))
}

/// A reader of the events.
struct Reader {
    api: Api,
    caller: Caller,
    subscription: Subscription,
    _attendance: Attendance,
}

fn pieces(api: Api, caller: Caller, subscription: Subscription) -> impl Stream<Item = Result<Bytes, actix_web::Error>> {
    let attendance = api.application.attend(&caller);
    let reader = Reader { api, caller, subscription, _attendance: attendance };
    stream::unfold(Some(reader), |reader| async move {
        let mut reader = reader?;
        let frame = reader.subscription.next().await;
        let say = |what, place| frames::said(what, place, reader.caller.organization, reader.api.application.now());
        let piece = match frame {
            Frame::Event(told) => event(told.kind, told.place, &frames::event(&told)),
            Frame::Hello(place) => event("hello", Some(place), &say(WhatHappened::Hello {}, Some(place))),
            Frame::Resync(place) => event("resync", Some(place), &say(WhatHappened::Resync {}, Some(place))),
            // Of an event without data a reader takes the id alone.
            Frame::Heartbeat(place) => Bytes::from(format!(": keep-alive\nid: {}\n\n", Seq(place))),
            Frame::Closing(Closing::Stopping) => {
                return Some((Ok(event("server.closing", None, &say(WhatHappened::ServerClosing {}, None))), None));
            }
            Frame::Closing(_) => return None,
        };
        Some((Ok(piece), Some(reader)))
    })
}

/// (What is written as JSON has no line breaks.)
fn event(name: &str, place: Option<EventCursor>, json: &[u8]) -> Bytes {
    let mut piece = BytesMut::with_capacity(json.len() + 96);
    if let Some(place) = place {
        piece.put_slice(format!("id: {}\n", Seq(place)).as_bytes());
    }
    piece.put_slice(b"event: ");
    piece.put_slice(name.as_bytes());
    piece.put_slice(b"\ndata: ");
    piece.put_slice(json);
    piece.put_slice(b"\n\n");
    piece.freeze()
}
