//! What a client may send.

use serde_json::json;
use tokio_tungstenite::tungstenite::{Bytes, Message};

use super::Socket;
use crate::harness::Stead;

on_both!(what_is_not_understood_is_refused_and_harms_nothing, what_is_too_large_or_too_much_ends_the_socket);

async fn what_is_not_understood_is_refused_and_harms_nothing(stead: Stead) {
    let ann = stead.register("ann").await;
    let (mut socket, _) = Socket::open(&ann).await;
    for bad in
        ["", "nonsense", "[]", r#"{"type":"hello"}"#, r#"{"type":"ping","x":1}"#, r#"{"type":"auth","ticket":"x"}"#]
    {
        socket.send_text(bad).await;
        let told = socket.until("error").await;
        assert_eq!(told.last().unwrap()["data"]["code"], "invalid_frame", "{bad}");
    }
    socket.send(json!({"type": "presence"})).await;
    socket.send(json!({"type": "ping"})).await;
    socket.until("pong").await;
    ann.talk().await;
    socket.until("thread.created").await;
}

async fn what_is_too_large_or_too_much_ends_the_socket(stead: Stead) {
    let ann = stead.register("ann").await;
    let (mut socket, _) = Socket::open(&ann).await;
    socket.send_text(&"x".repeat(64 * 1024 + 1)).await;
    assert_eq!(socket.closed().await, 1009);
    let (mut socket, _) = Socket::open(&ann).await;
    socket.send_message(Message::Binary(Bytes::from_static(b"{}"))).await;
    assert_eq!(socket.closed().await, 1003);
    let (mut socket, _) = Socket::open(&ann).await;
    for _ in 0..150 {
        socket.send(json!({"type": "presence"})).await;
    }
    assert_eq!(socket.closed().await, 4029);
}
