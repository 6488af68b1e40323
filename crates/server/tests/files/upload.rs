use std::future::IntoFuture;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::task::JoinSet;

use super::{content_of, path_of};
use crate::harness::{Setup, Stead};

on_both!(
    a_file_is_kept_byte_for_byte,
    what_a_file_is_is_found_out,
    a_form_holds_one_file_and_nothing_else,
    what_is_no_form_is_415,
    a_file_over_the_limit_is_413,
    a_repeat_is_the_same_file,
    a_key_is_good_for_one_file,
);

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn a_file_is_kept_byte_for_byte(stead: Stead) {
    let ann = stead.register("ann").await;
    let large: Vec<u8> = (0..3_000_000u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
    for (name, bytes) in [("large.bin", &large[..]), ("note.txt", b"A note.\r\n--a-bound"), ("empty.txt", b"")] {
        let answer = ann.post_nothing("/files").file(name, bytes).await;
        let location = answer.header("location").expect("where it is").to_owned();
        let file = answer.expect(201);
        assert_eq!(location, format!("/api/v1{}", path_of(&file)));
        assert_eq!((&file["name"], &file["size"]), (&json!(name), &json!(bytes.len())));
        assert_eq!(file["sha256"], sha256(bytes));
        assert_eq!(ann.get(&path_of(&file)).await.expect(200)["id"], file["id"]);
        let content = ann.get(&content_of(&file)).await;
        assert_eq!(content.status, 200);
        assert!(content.body == bytes, "{name} is as it was");
    }
}

async fn what_a_file_is_is_found_out(stead: Stead) {
    let ann = stead.register("ann").await;
    for (name, bytes, expected) in [
        ("a.txt", &b"%PDF-1.7\n"[..], "application/pdf"),
        ("a.png", b"just words", "text/plain"),
        ("a.md", b"# Words", "text/markdown"),
        ("a.txt", b"<script>alert(1)</script>", "text/html"),
        ("a.pdf", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png"),
        ("a.html", b"\0\x01\x02", "application/octet-stream"),
    ] {
        let head = format!(
            "Content-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: image/gif\r\n\r\n"
        );
        let file = ann.post_nothing("/files").form(&[(head.as_bytes(), bytes)]).await.expect(201);
        assert_eq!(file["content_type"], expected, "{name}");
    }
}

async fn a_form_holds_one_file_and_nothing_else(stead: Stead) {
    let ann = stead.register("ann").await;
    let file = &b"Content-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\n"[..];
    let other = &b"Content-Disposition: form-data; name=\"title\"\r\n\r\n"[..];
    let nameless = &b"Content-Disposition: form-data; name=\"file\"\r\n\r\n"[..];
    let call = |parts: &[(&[u8], &[u8])]| ann.post_nothing("/files").form(parts);
    call(&[]).await.complains_about("file");
    call(&[(other, b"x")]).await.complains_about("title");
    call(&[(nameless, b"x")]).await.complains_about("file");
    call(&[(file, b"x"), (file, b"y")]).await.complains_about("file");
    call(&[(file, b"x"), (other, b"y")]).await.complains_about("title");
    ann.post_nothing("/files").await.complains_about("file");
    let form = "multipart/form-data; boundary=a-boundary";
    for broken in [
        &b""[..],
        b"--a-boundary\r\n",
        b"--a-boundary\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nno end",
        b"--another\r\n\r\n",
        b"\0\0\0\0",
        b"--a-boundary\r\nContent-Disposition: nonsense\r\n\r\nx\r\n--a-boundary--\r\n",
        b"--a-boundary\r\n\r\nx\r\n--a-boundary--\r\n",
    ] {
        let answer = ann.post_nothing("/files").header("content-type", form).bytes(broken).await;
        answer.refused(400, "invalid_request");
    }
    ann.post_nothing("/files").header("content-type", "multipart/form-data").bytes("x").await.expect(400);
    assert_eq!(ann.get("/files").await.expect(200)["files"], json!([]), "nothing was kept");
}

async fn what_is_no_form_is_415(stead: Stead) {
    let ann = stead.register("ann").await;
    for kind in ["application/json", "text/plain", "multipart/mixed; boundary=x", "application/x-www-form-urlencoded"] {
        let answer = ann.post_nothing("/files").header("content-type", kind).bytes("{}").await;
        answer.refused(415, "unsupported_media_type");
    }
    ann.post_nothing("/files").bytes("{}").await.refused(415, "unsupported_media_type");
    let packed = ann.post_nothing("/files").file("a.txt", "x").header("content-encoding", "gzip");
    packed.await.refused(415, "unsupported_media_type");
}

async fn a_file_over_the_limit_is_413(setup: Setup) {
    let stead = setup.setting("STEAD_LIMITS__UPLOAD_BYTES", 100_000).start().await;
    let ann = stead.register("ann").await;
    for too_large in [100_001, 100_100, 2_000_000] {
        let call = ann.post_nothing("/files").file("a.txt", vec![b'x'; too_large]);
        call.await.refused(413, "payload_too_large");
    }
    assert_eq!(ann.upload("a.txt", vec![b'x'; 100_000]).await["size"], 100_000);
    assert_eq!(ann.get("/files").await.expect(200)["files"].as_array().unwrap().len(), 1);
}

async fn a_repeat_is_the_same_file(stead: Stead) {
    let ann = stead.register("ann").await;
    let upload = || ann.post_nothing("/files").file("a.txt", "A note.").key("once");
    let first = upload().await.expect(201);
    let again = upload().await;
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(again.expect(201)["id"], first["id"]);
    let mut calls = JoinSet::new();
    for _ in 0..6 {
        calls.spawn(ann.post_nothing("/files").file("b", "B").key("at once").into_future());
    }
    let made = calls.join_all().await.into_iter().map(|answer| answer.expect(201)["id"].clone());
    let ids: Vec<Value> = made.collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    assert_eq!(ann.get("/files").await.expect(200)["files"].as_array().unwrap().len(), 2);
    ann.delete(&path_of(&first)).await.expect(204);
    upload().await.refused(404, "not_found");
}

async fn a_key_is_good_for_one_file(stead: Stead) {
    let ann = stead.register("ann").await;
    let upload = |name: &str, bytes: &str| ann.post_nothing("/files").file(name, bytes).key("once");
    upload("a.txt", "A").await.expect(201);
    upload("a.txt", "B").await.refused(409, "idempotency_mismatch");
    upload("b.txt", "A").await.refused(409, "idempotency_mismatch");
    upload("x/a.txt", "A").await.expect(201);
    ann.post_nothing("/files").file("a.txt", "A").key("a\tb").await.complains_about("Idempotency-Key");
    assert_eq!(ann.get("/files").await.expect(200)["files"].as_array().unwrap().len(), 1);
}
