use std::{ops::Deref, time::Duration};

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::{
    io::AsyncWriteExt,
    net::{TcpSocket, TcpStream},
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, client_async, connect_async,
    tungstenite::{Error, Message, client::IntoClientRequest, handshake::client::Request},
};

use crate::harness::{Account, Client, patience::soon};

/// A WebSocket of somebody.
pub struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// When it was opened, where it is told only what comes from then on. (What happened just before may be told as well:
    /// where the end of the log is depends on what else the database does. It is passed over here.)
    opened_at: Option<Value>,
}

/// Where one that was opened "from now on" begins, and when that was.
pub struct Begin {
    pub seq: String,
    at: Value,
}

impl Deref for Begin {
    type Target = str;

    fn deref(&self) -> &str {
        &self.seq
    }
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
    pub async fn open(account: &Account) -> (Self, Begin) {
        Self::open_with(request_with(account, &account.access_token, "")).await
    }

    /// The same, with a key.
    pub async fn open_with_key(account: &Account, key: &Value) -> Self {
        Self::open_with(request_with(account, key["secret"].as_str().unwrap(), "")).await.0
    }

    async fn open_with(request: Request) -> (Self, Begin) {
        let mut socket = Self::with(request).await;
        let hello = socket.next().await;
        assert_eq!(hello["type"], "hello", "{hello}");
        socket.opened_at = Some(hello["at"].clone());
        (socket, Begin { seq: hello["seq"].as_str().unwrap().to_owned(), at: hello["at"].clone() })
    }

    /// Once more from where another began: what that was not told, this is not told either.
    pub async fn open_again(account: &Account, begin: &Begin) -> Self {
        let mut socket = Self::open_since(account, begin).await;
        socket.opened_at = Some(begin.at.clone());
        socket
    }

    /// From a place on; its `hello` is read.
    pub async fn open_since(account: &Account, seq: &str) -> Self {
        let mut socket = Self::with(request_with(account, &account.access_token, &format!("?since={seq}"))).await;
        let hello = socket.next().await;
        assert_eq!((&hello["type"], &hello["seq"]), (&"hello".into(), &seq.into()), "{hello}");
        socket
    }

    /// From now on, through a connection that takes in next to nothing; its `hello` is read.
    pub async fn open_narrow(account: &Account) -> Self {
        let request = request_with(account, &account.access_token, "");
        let narrow = TcpSocket::new_v4().unwrap();
        narrow.set_recv_buffer_size(2_048).unwrap();
        let address = account.origin().trim_start_matches("http://").parse().unwrap();
        let connection = MaybeTlsStream::Plain(soon("a connection", narrow.connect(address)).await.unwrap());
        let (stream, _) = soon("a WebSocket", client_async(request, connection)).await.unwrap();
        let mut socket = Self { stream, opened_at: None };
        assert_eq!(socket.next().await["type"], "hello");
        socket
    }

    pub async fn with(request: Request) -> Self {
        let (stream, _) = soon("a WebSocket", connect_async(request)).await.unwrap();
        Self { stream, opened_at: None }
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

    /// Bytes that are no frames of ours.
    pub async fn send_bytes(&mut self, bytes: &[u8]) {
        self.stream.get_mut().write_all(bytes).await.unwrap();
        self.stream.get_mut().flush().await.unwrap();
    }

    /// The next that it is told.
    pub async fn next(&mut self) -> Value {
        loop {
            match soon("a frame", self.stream.next()).await.expect("a frame before the end").unwrap() {
                Message::Text(text) => {
                    let told = serde_json::from_str(&text).unwrap();
                    if !self.is_from_before(&told) {
                        return told;
                    }
                }
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

    /// Nothing of the log comes for a moment, of what happened since it was opened.
    pub async fn is_told_nothing(&mut self) {
        self.send(serde_json::json!({"type": "ping"})).await;
        assert_eq!(names(&self.until("pong").await), ["pong"]);
        let listening = async {
            loop {
                let next = self.next().await;
                if next["seq"].is_string() && next["type"] != "heartbeat" {
                    return next;
                }
            }
        };
        if let Ok(told) = tokio::time::timeout(Duration::from_millis(300), listening).await {
            panic!("{told}");
        }
    }

    fn is_from_before(&self, event: &Value) -> bool {
        // (Times are written with the same number of digits.)
        let is_kept = event["seq"].is_string();
        is_kept && self.opened_at.as_ref().is_some_and(|opened| event["at"].as_str() < opened.as_str())
    }

    /// Reads to its end: what it was told, and the code that it is closed with.
    pub async fn rest(mut self) -> (Vec<Value>, u16) {
        let mut told = Vec::new();
        loop {
            match soon("its end", self.stream.next()).await {
                Some(Ok(Message::Text(text))) => told.push(serde_json::from_str(&text).unwrap()),
                Some(Ok(Message::Close(frame))) => return (told, frame.expect("a code").code.into()),
                Some(Ok(_)) => {}
                other => panic!("it ends without a word: {other:?}"),
            }
        }
    }

    /// Sends all of these, of which the server has enough at some point: the code that it is closed with.
    pub async fn closed_by(self, messages: Vec<Message>) -> u16 {
        let (mut sink, mut stream) = self.stream.split();
        let sending = async {
            for message in messages {
                if sink.feed(message).await.is_err() {
                    return;
                }
            }
            // (Where that fails it was closed before.)
            sink.flush().await.ok();
        };
        let reading = async {
            loop {
                match soon("its end", stream.next()).await {
                    Some(Ok(Message::Close(frame))) => return frame.expect("a code").code.into(),
                    Some(Ok(_)) => {}
                    other => panic!("it ends without a word: {other:?}"),
                }
            }
        };
        let (code, ()) = tokio::join!(reading, sending);
        code
    }

    /// Reads to its end: the code that it is closed with.
    pub async fn closed(self) -> u16 {
        self.rest().await.1
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
