use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Error, Message, client::IntoClientRequest, handshake::client::Request},
};

use crate::harness::{Account, Client, patience::soon};

/// A WebSocket of somebody.
pub struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

/// What opens one.
pub fn request(client: &Client, query: &str) -> Request {
    let url = format!("{}/api/v1/realtime{query}", client.origin().replacen("http", "ws", 1));
    url.into_client_request().unwrap()
}

/// The same with a token.
pub fn request_with(client: &Client, token: &str, query: &str) -> Request {
    let mut request = request(client, query);
    request.headers_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
    request
}

impl Socket {
    /// From now on; its `hello` is read.
    pub async fn open(account: &Account) -> (Self, String) {
        let mut socket = Self::with(request_with(account, &account.access_token, "")).await;
        let hello = socket.next().await;
        assert_eq!(hello["type"], "hello", "{hello}");
        (socket, hello["seq"].as_str().unwrap().to_owned())
    }

    /// From a place on; its `hello` is read.
    pub async fn open_since(account: &Account, seq: &str) -> Self {
        let mut socket = Self::with(request_with(account, &account.access_token, &format!("?since={seq}"))).await;
        let hello = socket.next().await;
        assert_eq!((&hello["type"], &hello["seq"]), (&"hello".into(), &seq.into()), "{hello}");
        socket
    }

    pub async fn with(request: Request) -> Self {
        let (stream, _) = soon("a WebSocket", connect_async(request)).await.unwrap();
        Self { stream }
    }

    /// The status that it is refused with.
    pub async fn refused(request: Request) -> u16 {
        match soon("an answer", connect_async(request)).await {
            Err(Error::Http(response)) => response.status().as_u16(),
            other => panic!("{other:?}"),
        }
    }

    pub async fn send(&mut self, frame: Value) {
        self.send_text(&frame.to_string()).await;
    }

    pub async fn send_text(&mut self, text: &str) {
        self.send_message(Message::text(text)).await;
    }

    pub async fn send_message(&mut self, message: Message) {
        self.stream.send(message).await.unwrap();
    }

    /// The next that it is told.
    pub async fn next(&mut self) -> Value {
        loop {
            match soon("a frame", self.stream.next()).await.expect("a frame before the end").unwrap() {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    /// What it is told up to the first of this type.
    pub async fn until(&mut self, kind: &str) -> Vec<Value> {
        let mut told = Vec::new();
        loop {
            let next = self.next().await;
            let is_it = next["type"] == kind;
            if !["presence.changed", "heartbeat"].contains(&next["type"].as_str().unwrap()) {
                told.push(next);
            }
            if is_it {
                return told;
            }
        }
    }

    /// Nothing of the log comes for a moment.
    pub async fn is_told_nothing(&mut self) {
        self.send(serde_json::json!({"type": "ping"})).await;
        assert_eq!(names(&self.until("pong").await), ["pong"]);
        let listening = async {
            loop {
                let next = self.next().await;
                if next["seq"].is_string() {
                    return next;
                }
            }
        };
        if let Ok(told) = tokio::time::timeout(Duration::from_millis(300), listening).await {
            panic!("{told}");
        }
    }

    /// Reads to its end: the code that it is closed with.
    pub async fn closed(mut self) -> u16 {
        loop {
            match soon("its end", self.stream.next()).await {
                Some(Ok(Message::Close(frame))) => return frame.expect("a code").code.into(),
                Some(Ok(_)) => {}
                other => panic!("it ends without a word: {other:?}"),
            }
        }
    }
}

pub fn names(told: &[Value]) -> Vec<&str> {
    told.iter().map(|event| event["type"].as_str().unwrap()).collect()
}

/// Of what is in the log: its place and type.
pub fn places(told: &[Value]) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    told.iter()
        .filter(|event| event["seq"].is_string())
        .map(|event| (text(&event["seq"]), text(&event["type"])))
        .collect()
}
