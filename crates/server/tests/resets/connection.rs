use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::harness::{Account, patience::soon};

/// A connection on which a POST is about to be sent, piece by piece.
pub struct Connection {
    socket: TcpStream,
    head: Vec<u8>,
    body: Vec<u8>,
}

impl Connection {
    pub async fn open(account: &Account, path: &str, key: &str, body: &Value) -> Self {
        let origin = account.origin();
        let host = origin.trim_start_matches("http://");
        let socket = TcpStream::connect(host).await.expect("it listens");
        socket.set_nodelay(true).expect("an open socket");
        let body = body.to_string().into_bytes();
        let head = format!(
            "POST /api/v1{path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {}\r\naccept: text/event-stream, \
             application/json\r\nidempotency-key: {key}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            account.access_token,
            body.len()
        );
        Self { socket, head: head.into_bytes(), body }
    }

    pub async fn send_half_of_head(&mut self) {
        self.socket.write_all(&self.head[..self.head.len() / 2]).await.expect("an open socket");
    }

    pub async fn send_head(&mut self) {
        self.socket.write_all(&self.head).await.expect("an open socket");
    }

    /// The head, and the body but for so many bytes.
    pub async fn send_all_but(&mut self, missing: usize) {
        let end = self.body.len().saturating_sub(missing);
        let request = [&self.head, &self.body[..end]].concat();
        self.socket.write_all(&request).await.expect("an open socket");
    }

    /// Reads the answer until this is in it.
    pub async fn read_until(&mut self, text: &str) {
        let mut read = Vec::new();
        while !read.windows(text.len()).any(|bytes| bytes == text.as_bytes()) {
            let more = soon(text, self.socket.read_buf(&mut read)).await.expect("an open socket");
            assert!(more > 0, "no {text} in {}", String::from_utf8_lossy(&read));
        }
    }

    /// Ends it without a farewell: the server gets a RST.
    pub fn reset(self) {
        self.socket.set_zero_linger().expect("an open socket");
    }
}
