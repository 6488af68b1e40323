//! What a client may send.

use serde_json::json;
use tokio_tungstenite::tungstenite::{
    Bytes, Message,
    protocol::frame::{
        Frame,
        coding::{Data, OpCode},
    },
};

use super::Socket;
use crate::harness::Stead;

on_both!(
    what_is_not_understood_is_refused_and_harms_nothing,
    what_is_too_large_or_too_much_ends_the_socket,
    what_comes_in_pieces_is_put_together_up_to_a_size,
    what_is_no_frame_ends_the_socket,
    who_types_where_they_are_not_is_told_the_same_whatever_is_there,
);

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
    let (socket, _) = Socket::open(&ann).await;
    let (mut other, _) = Socket::open(&ann).await;
    // It is closed while it still sends.
    let flood = (0..10_000).map(|_| Message::text(r#"{"type":"ping"}"#));
    assert_eq!(socket.closed_by(flood.collect()).await, 4029);
    ann.talk().await;
    other.until("thread.created").await;
}

fn piece(text: &str, opcode: OpCode, is_last: bool) -> Message {
    Message::Frame(Frame::message(text.to_owned(), opcode, is_last))
}

async fn what_comes_in_pieces_is_put_together_up_to_a_size(stead: Stead) {
    let ann = stead.register("ann").await;
    let (mut socket, _) = Socket::open(&ann).await;
    socket.send_message(piece(r#"{"type":"#, OpCode::Data(Data::Text), false)).await;
    // What is said between is no part of it.
    socket.send_message(Message::Ping(Bytes::from_static(b"there?"))).await;
    socket.send_message(piece(r#""ping"}"#, OpCode::Data(Data::Continue), true)).await;
    socket.until("pong").await;
    let part = "x".repeat(40_000);
    socket.send_message(piece(&part, OpCode::Data(Data::Text), false)).await;
    socket.send_message(piece(&part, OpCode::Data(Data::Continue), false)).await;
    assert_eq!(socket.closed().await, 1009);
    // What goes on with nothing is an error of the protocol.
    let (mut socket, _) = Socket::open(&ann).await;
    socket.send_message(piece("x", OpCode::Data(Data::Continue), true)).await;
    assert_eq!(socket.closed().await, 1002);
}

async fn what_is_no_frame_ends_the_socket(stead: Stead) {
    let ann = stead.register("ann").await;
    // Not masked; an opcode that there is none of; text that is none; a ping that is too long; a length of 2^63 - 1.
    let unmasked: &[u8] = b"\x81\x02{}";
    let unknown = b"\x83\x80\0\0\0\0";
    let no_text = b"\x81\x82\0\0\0\0\xff\xfe";
    let long_ping = [b"\x89\xfe\0\x7e\0\0\0\0".as_slice(), &[b'x'; 126]].concat();
    let endless = [b"\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff\0\0\0\0".as_slice(), &vec![0; 1 << 20]].concat();
    for (n, bad) in [unmasked, unknown, no_text, &long_ping, &endless].into_iter().enumerate() {
        let (mut socket, _) = Socket::open(&ann).await;
        socket.send_bytes(bad).await;
        let code = socket.closed().await;
        assert!([1002, 1007, 1009].contains(&code), "{n}: {code}");
    }
    let (mut other, _) = Socket::open(&ann).await;
    ann.talk().await;
    other.until("thread.created").await;
}

async fn who_types_where_they_are_not_is_told_the_same_whatever_is_there(stead: Stead) {
    let (ann, eve) = (stead.register("ann").await, stead.register("eve").await);
    let bob = ann.invite("bob", "member").await;
    let theirs = ann.post("/channels", json!({"name": "theirs", "kind": "private"})).await.expect(201)["id"].clone();
    let elsewhere =
        eve.post("/channels", json!({"name": "elsewhere", "kind": "public"})).await.expect(201)["id"].clone();
    let (mut watching, _) = Socket::open(&ann).await;
    let (mut socket, _) = Socket::open(&bob).await;
    let mut answers = Vec::new();
    for id in [theirs, elsewhere, json!(ann.talk().await.id), json!("01890000-0000-7000-8000-000000000000")] {
        socket.send(json!({"type": "typing", "channel_id": id})).await;
        answers.push(socket.until("error").await.pop().unwrap()["data"].clone());
    }
    assert!(answers.iter().all(|answer| *answer == answers[0] && answer["code"] == "not_found"), "{answers:?}");
    watching.until("thread.created").await;
    watching.is_told_nothing().await;
}
