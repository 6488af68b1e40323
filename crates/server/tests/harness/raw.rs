//! Requests that no well-behaved client would send, byte by byte.

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::{Client, patience::soon, shape};

/// What came back.
#[derive(Debug)]
pub struct RawAnswer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

/// Sends bytes as they are and reads until the server closes; `None` if it closes without a word.
pub async fn send(client: &Client, request: &[u8]) -> Option<RawAnswer> {
    let origin = client.origin();
    let mut socket = TcpStream::connect(origin.trim_start_matches("http://")).await.expect("it listens");
    // It may have had enough before it has read all of it.
    drop(socket.write_all(request).await);
    let mut answer = Vec::new();
    drop(soon("the end of a raw answer", socket.read_to_end(&mut answer)).await);
    let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&answer[..end]).to_lowercase();
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some(RawAnswer { status, head, body: answer.split_off(end + 4) })
}

/// A GET of this target, which is sent as it is, with more header lines.
pub async fn get(client: &Client, target: &[u8], headers: &[u8]) -> RawAnswer {
    let origin = client.origin();
    let host = origin.trim_start_matches("http://");
    let rest = format!(" HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n");
    let request = [b"GET ", target, rest.as_bytes(), headers, b"\r\n"].concat();
    send(client, &request).await.expect("an answer")
}

impl RawAnswer {
    /// A refusal of this status in the shape of every error.
    #[track_caller]
    pub fn refused(&self, status: u16) {
        let body = String::from_utf8_lossy(&self.body);
        assert_eq!(self.status, status, "{}\n{body}", self.head);
        let lines = self.head.lines();
        let id = lines.into_iter().find_map(|line| line.strip_prefix("x-request-id: ")).unwrap_or_default();
        // The body is a single chunk where it is chunked.
        let json = &body[body.find('{').unwrap_or_default()..=body.rfind('}').unwrap_or_default()];
        shape::check_error(&serde_json::from_str(json).unwrap_or_default(), id, "a raw request");
    }
}
