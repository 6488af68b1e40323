//! A request that is under way when its person is deleted, or let in no longer, leaves nothing behind.

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::harness::{Account, Stead, patience::soon};

on_both!(
    what_is_under_way_when_a_member_is_deactivated_leaves_nothing,
    what_is_under_way_when_one_leaves_leaves_nothing
);

/// A request whose body is still on its way: who sends it is known already.
struct UnderWay {
    socket: TcpStream,
    rest: Vec<u8>,
}

impl UnderWay {
    async fn begin(account: &Account, method: &str, path: &str, body: &Value) -> Self {
        let origin = account.origin();
        let host = origin.trim_start_matches("http://");
        let mut socket = TcpStream::connect(host).await.unwrap();
        let body = body.to_string().into_bytes();
        let (first, rest) = body.split_at(body.len() / 2);
        let head = format!(
            "{method} /api/v1{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\nauthorization: Bearer {}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\nexpect: 100-continue\r\n\r\n",
            account.access_token,
            body.len(),
        );
        socket.write_all(head.as_bytes()).await.unwrap();
        let mut goes_on = [0; 25];
        soon("the call for the body", socket.read_exact(&mut goes_on)).await.unwrap();
        assert_eq!(&goes_on, b"HTTP/1.1 100 Continue\r\n\r\n");
        socket.write_all(first).await.unwrap();
        Self { socket, rest: rest.to_vec() }
    }

    /// Sends the rest; the status of the answer.
    async fn end(mut self) -> u16 {
        self.socket.write_all(&self.rest).await.unwrap();
        let mut answer = Vec::new();
        soon("an answer", self.socket.read_to_end(&mut answer)).await.unwrap();
        let answer = String::from_utf8_lossy(&answer);
        answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_else(|| panic!("{answer}"))
    }
}

/// One of each that makes something.
async fn under_way(account: &Account) -> Vec<(String, UnderWay)> {
    let talk = account.talk().await;
    let agent = account.agent("an-agent").await["id"].as_str().unwrap().to_owned();
    let calls = [
        ("POST", "/chat/default/threads".to_owned(), json!({"title": "Left behind"})),
        ("POST", talk.at("/messages"), json!({"content": "left behind"})),
        ("PATCH", talk.path.clone(), json!({"title": "Left behind"})),
        ("POST", "/agents".to_owned(), json!({"handle": "left-behind", "display_name": "Left behind"})),
        ("PATCH", format!("/agents/{agent}"), json!({"display_name": "Left behind"})),
        ("POST", "/api-keys".to_owned(), json!({"name": "Left behind", "scopes": ["threads:read"]})),
        ("POST", "/invitations".to_owned(), json!({"email": "left@example.org"})),
        ("PATCH", "/organization".to_owned(), json!({"name": "Left behind"})),
        ("PATCH", "/users/me".to_owned(), json!({"display_name": "Left behind"})),
    ];
    let mut under_way = Vec::new();
    for (method, path, body) in calls {
        under_way.push((format!("{method} {path}"), UnderWay::begin(account, method, &path, &body).await));
    }
    under_way
}

async fn are_refused(under_way: Vec<(String, UnderWay)>) {
    for (call, under_way) in under_way {
        let status = under_way.end().await;
        assert!([401, 403, 404, 409].contains(&status), "{call}: {status}");
    }
}

async fn what_is_under_way_when_a_member_is_deactivated_leaves_nothing(stead: Stead) {
    let ann = stead.register("ann").await;
    let mia = ann.invite("mia", "admin").await;
    let under_way = under_way(&mia).await;
    ann.patch(&format!("/users/{}", mia.id()), json!({"deactivated": true})).await.expect(200);
    are_refused(under_way).await;
    ann.patch(&format!("/users/{}", mia.id()), json!({"deactivated": false})).await.expect(200);
    let mia = mia.sign_in_again().await;
    let threads = mia.get("/chat/default/threads").await.expect(200);
    assert_eq!((threads.as_array().unwrap().len(), &threads[0]["messages"]), (1, &json!([])), "{threads}");
    nothing_is_left(&mia).await;
    nothing_is_left(&ann).await;
}

async fn what_is_under_way_when_one_leaves_leaves_nothing(stead: Stead) {
    let ann = stead.register("ann").await;
    let mia = ann.invite("mia", "admin").await;
    let under_way = under_way(&mia).await;
    mia.delete("/users/me").await.expect(204);
    are_refused(under_way).await;
    nothing_is_left(&ann).await;
    let threads = ann.get("/chat/default/threads?scope=organization").await.expect(200);
    assert!(!threads.to_string().contains("eft behind"), "{threads}");
}

async fn nothing_is_left(account: &Account) {
    for path in ["/agents", "/api-keys", "/invitations", "/organization", "/users", "/chat/default/threads"] {
        let found = account.get(path).await.expect(200).to_string();
        assert!(!found.contains("eft behind") && !found.contains("left@"), "{path}: {found}");
    }
}
