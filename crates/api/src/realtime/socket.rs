use std::{
    io,
    time::{Duration, Instant},
};

use actix_web::error::PayloadError;
use actix_ws::{
    AggregatedMessage, AggregatedMessageStream, CloseCode, CloseReason, MessageStream, ProtocolError, Session,
};
use bytes::Bytes;
use bytestring::ByteString;
use futures_util::StreamExt;
use stead_application::{
    Caller, Error,
    presence::Attendance,
    realtime::{Closing, Frame, Subscription},
};
use stead_domain::{ConversationId, event::EventCursor};
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::{frames, from_client::FromClient, pace::Pace};
use crate::{Api, dto::WhatHappened};

/// The largest message that a client may send.
pub const LARGEST: usize = 64 * 1024;
/// How long a client may take to say who it is.
const INTRODUCTION: Duration = Duration::from_secs(5);
/// How often a client is asked whether it is there, and how long it may say nothing.
const PING_EVERY: Duration = Duration::from_secs(20);
const SILENT_FOR: Duration = Duration::from_secs(60);
/// How long a client may take to take in that it is closed.
const FAREWELL: Duration = Duration::from_secs(10);
/// So many frames at most are written as one, so that a connection needs little memory when much happens at once.
const AT_ONCE: u32 = 8;

/// What it came with is good no longer, or there was nothing.
const UNAUTHENTICATED: u16 = 4001;
/// It takes what it is told too slowly.
const TOO_SLOW: u16 = 4008;
/// It has said nothing for too long.
const SILENT: u16 = 4009;
/// It says too much.
const TOO_MUCH: u16 = 4029;

/// Why a socket is closed: the code and a word. None: the client has gone.
type Close = Option<(CloseCode, &'static str)>;

fn code(code: u16, why: &'static str) -> Close {
    Some((CloseCode::Other(code), why))
}

/// Serves a socket to its end.
pub async fn serve(
    api: Api,
    session: Session,
    messages: MessageStream,
    caller: Option<Caller>,
    since: Option<EventCursor>,
) {
    let messages = messages.max_frame_size(LARGEST).aggregate_continuations().max_continuation_size(LARGEST);
    let mut introducing = Introducing { api, session, messages };
    let caller = match caller {
        Some(caller) => Ok(caller),
        None => introducing.caller().await,
    };
    let Introducing { api, session, messages } = introducing;
    let why = match caller {
        Ok(caller) => match api.application.connect(&caller, since) {
            Ok(subscription) => {
                let attendance = api.application.attend(&caller);
                let now = Instant::now();
                let mut socket = Socket {
                    api,
                    caller,
                    session: session.clone(),
                    messages,
                    subscription,
                    attendance,
                    heard: now,
                    pace: Pace::new(now),
                    sent: 0,
                };
                socket.serve().await
            }
            Err(_stopping) => Some((CloseCode::Restart, "the server stops")),
        },
        Err(close) => close,
    };
    let Some((code, why)) = why else { return };
    let reason = CloseReason { code, description: Some(why.to_owned()) };
    // A client that does not read is not waited for.
    if timeout(FAREWELL, session.close(Some(reason))).await.is_err() {
        tracing::debug!("a client did not take its goodbye");
    }
}

/// A socket of which is not known yet whose it is.
struct Introducing {
    api: Api,
    session: Session,
    messages: AggregatedMessageStream,
}

impl Introducing {
    /// Who the first frame says it is.
    async fn caller(&mut self) -> Result<Caller, Close> {
        match timeout(INTRODUCTION, self.ticket()).await {
            Ok(ticket) => {
                let ticket = ticket?;
                let using = self.api.write(|application| async move { application.use_ticket(&ticket).await });
                using.await.map_err(|_refused| code(UNAUTHENTICATED, "the ticket is not good"))
            }
            Err(_elapsed) => Err(code(UNAUTHENTICATED, "say who you are")),
        }
    }

    async fn ticket(&mut self) -> Result<String, Close> {
        loop {
            match read(self.messages.next().await)? {
                Heard::Text(text) => {
                    return match FromClient::read(&text) {
                        Ok(FromClient::Auth { ticket }) => Ok(ticket),
                        _ => Err(code(UNAUTHENTICATED, "say who you are first")),
                    };
                }
                Heard::Ping(bytes) => self.session.pong(&bytes).await.map_err(|_gone| None)?,
                Heard::Pong => {}
            }
        }
    }
}

/// What comes from a client.
enum Heard {
    Text(String),
    Ping(Bytes),
    Pong,
}

fn read(message: Option<Result<AggregatedMessage, ProtocolError>>) -> Result<Heard, Close> {
    match message {
        Some(Ok(AggregatedMessage::Text(text))) => Ok(Heard::Text(text.to_string())),
        Some(Ok(AggregatedMessage::Ping(bytes))) => Ok(Heard::Ping(bytes)),
        Some(Ok(AggregatedMessage::Pong(_))) => Ok(Heard::Pong),
        Some(Ok(AggregatedMessage::Binary(_))) => Err(Some((CloseCode::Unsupported, "text is expected"))),
        Some(Ok(AggregatedMessage::Close(_))) => Err(Some((CloseCode::Normal, "goodbye"))),
        Some(Err(ProtocolError::Overflow)) => Err(Some((CloseCode::Size, "too large"))),
        Some(Err(ProtocolError::Io(error))) => Err(because_of(&error)),
        None => Err(None),
        Some(Err(_)) => Err(Some((CloseCode::Protocol, "not a WebSocket frame"))),
    }
}

/// What is no text, or too large when it is put together, comes as a failure to read, as that of the connection does.
fn because_of(error: &io::Error) -> Close {
    let of_connection = error.get_ref().and_then(|inner| inner.downcast_ref::<PayloadError>());
    match (of_connection, error.kind()) {
        (Some(PayloadError::Overflow), _) => Some((CloseCode::Size, "too large")),
        (Some(_), _) => None,
        (None, io::ErrorKind::InvalidData) => Some((CloseCode::Invalid, "text is expected")),
        (None, io::ErrorKind::Other) => Some((CloseCode::Size, "too large")),
        (None, _) => None,
    }
}

/// A socket of somebody.
struct Socket {
    api: Api,
    caller: Caller,
    session: Session,
    messages: AggregatedMessageStream,
    subscription: Subscription,
    attendance: Attendance,
    /// When the client was last heard.
    heard: Instant,
    pace: Pace,
    /// How many frames it was sent.
    sent: u32,
}

impl Socket {
    async fn serve(&mut self) -> Close {
        let mut ping = interval(PING_EVERY);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let done = tokio::select! {
                frame = self.subscription.next() => self.tell(frame).await,
                message = self.messages.next() => self.hear(message).await,
                _ = ping.tick() => self.ping().await,
            };
            if let Err(close) = done {
                return close;
            }
        }
    }

    async fn tell(&mut self, frame: Frame) -> Result<(), Close> {
        let (what, place) = match frame {
            Frame::Event(told) => return self.send(frames::event(&told)).await,
            Frame::Hello(place) => (WhatHappened::Hello {}, Some(place)),
            Frame::Resync(place) => (WhatHappened::Resync {}, Some(place)),
            Frame::Heartbeat(place) => (WhatHappened::Heartbeat {}, Some(place)),
            Frame::Closing(closing) => return self.close(closing).await,
        };
        self.say(what, place).await
    }

    async fn say(&mut self, what: WhatHappened, place: Option<EventCursor>) -> Result<(), Close> {
        let said = frames::said(what, place, self.caller.organization, self.api.application.now());
        self.send(said).await
    }

    /// Sends a frame. Whoever takes nothing is closed when its time is over, or its queue is full.
    async fn send(&mut self, frame: Bytes) -> Result<(), Close> {
        let Ok(text) = ByteString::try_from(frame) else { return Ok(()) };
        if text.is_empty() {
            return Ok(());
        }
        self.sent = self.sent.wrapping_add(1);
        if self.sent.is_multiple_of(AT_ONCE) {
            tokio::task::yield_now().await;
        }
        tokio::select! {
            biased;
            sent = self.session.text(text) => sent.map_err(|_gone| None),
            // The next that it is told says why.
            () = self.subscription.ended() => Ok(()),
            () = tokio::time::sleep(SILENT_FOR) => Err(code(TOO_SLOW, "too slow")),
        }
    }

    async fn close(&mut self, closing: Closing) -> Result<(), Close> {
        Err(match closing {
            Closing::Revoked => code(UNAUTHENTICATED, "signed out"),
            Closing::TooSlow => code(TOO_SLOW, "too slow: connect again with `since`"),
            Closing::Resync => Some((CloseCode::Again, "connect again with `since`")),
            Closing::Unavailable => Some((CloseCode::Again, "try again")),
            Closing::Stopping => {
                let organization = self.caller.organization;
                let goodbye =
                    frames::said(WhatHappened::ServerClosing {}, None, organization, self.api.application.now());
                if let Ok(text) = ByteString::try_from(goodbye)
                    && timeout(FAREWELL, self.session.text(text)).await.is_err()
                {
                    tracing::debug!("a client did not take its goodbye");
                }
                Some((CloseCode::Restart, "the server stops"))
            }
        })
    }

    async fn hear(&mut self, message: Option<Result<AggregatedMessage, ProtocolError>>) -> Result<(), Close> {
        let heard = read(message)?;
        let now = Instant::now();
        self.heard = now;
        if self.pace.is_too_fast(now) {
            return Err(code(TOO_MUCH, "too much"));
        }
        match heard {
            Heard::Text(text) => self.understand(&text).await,
            Heard::Ping(bytes) => self.session.pong(&bytes).await.map_err(|_gone| None),
            Heard::Pong => Ok(()),
        }
    }

    async fn understand(&mut self, text: &str) -> Result<(), Close> {
        match FromClient::read(text) {
            Ok(FromClient::Ping {}) => self.say(WhatHappened::Pong {}, None).await,
            Ok(FromClient::Presence {}) => {
                self.attendance.active();
                Ok(())
            }
            Ok(FromClient::Typing { channel_id }) => {
                self.attendance.active();
                let typing = self.api.application.typing(&self.caller, ConversationId::new(channel_id)).await;
                match typing {
                    Ok(()) => Ok(()),
                    Err(Error::NotFound) => {
                        self.refuse("not_found", "You are no member of this channel".to_owned()).await
                    }
                    Err(error) => {
                        tracing::warn!(error = &error as &dyn std::error::Error, "typing could not be told");
                        self.refuse("unavailable", "Try again later".to_owned()).await
                    }
                }
            }
            Ok(FromClient::Auth { .. }) => {
                self.refuse("invalid_frame", "It is known already who you are".to_owned()).await
            }
            Err(problem) => self.refuse("invalid_frame", problem).await,
        }
    }

    async fn refuse(&mut self, code: &'static str, message: String) -> Result<(), Close> {
        self.say(WhatHappened::Error { code, message }, None).await
    }

    async fn ping(&mut self) -> Result<(), Close> {
        if self.heard.elapsed() >= SILENT_FOR {
            return Err(code(SILENT, "nobody is there"));
        }
        tokio::select! {
            biased;
            sent = self.session.ping(b"") => sent.map_err(|_gone| None),
            () = self.subscription.ended() => Ok(()),
            () = tokio::time::sleep(SILENT_FOR) => Err(code(TOO_SLOW, "too slow")),
        }
    }
}
