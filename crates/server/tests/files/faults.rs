//! When the object store fails, and when a client goes away.

use std::{future::IntoFuture, time::Duration};

use serde_json::json;
use stead_domain::{Timestamp, ports::object_store::ObjectKey};
use stead_testkit::{
    fakes::{FakeObjectStore, ObjectFault},
    gate::Gate,
};
use tokio::{io::AsyncWriteExt, net::TcpStream};

use super::{content_of, path_of, quota::files_below};
use crate::harness::{Account, Setup, eventually};

on_both!(
    a_store_that_fails_keeps_nothing,
    a_download_that_breaks_off_is_no_whole_file,
    bytes_that_were_lost_are_unavailable,
    a_client_that_leaves_leaves_nothing,
    a_client_that_stands_still_is_let_go,
    a_store_that_hangs_holds_up_nothing_else,
    bytes_without_a_file_are_collected,
);

async fn a_store_that_fails_keeps_nothing(setup: Setup) {
    let objects = FakeObjectStore::new();
    let stead = setup.objects(&objects).start().await;
    let ann = stead.register("ann").await;
    let file = ann.upload("a.txt", "A").await;
    for fault in [ObjectFault::Down, ObjectFault::FailsAfterTheBody] {
        objects.break_with(fault);
        let refused = ann.post_nothing("/files").file("b.txt", "B").key("b").await;
        assert!(refused.header("retry-after").is_some());
        refused.refused(503, "unavailable");
    }
    objects.break_with(ObjectFault::Down);
    ann.get(&content_of(&file)).await.refused(503, "unavailable");
    assert_eq!(ann.get(&path_of(&file)).await.expect(200)["name"], "a.txt", "what is known of it is still known");
    objects.mend();
    let files = ann.get("/files").await.expect(200);
    assert_eq!((files["files"].as_array().unwrap().len(), objects.keys().len()), (1, 1));
    assert_eq!(ann.get(&content_of(&file)).await.text(), "A");
    ann.post_nothing("/files").file("b.txt", "B").key("b").await.expect(201);
}

async fn a_download_that_breaks_off_is_no_whole_file(setup: Setup) {
    let objects = FakeObjectStore::new();
    let stead = setup.objects(&objects).start().await;
    let ann = stead.register("ann").await;
    let file = ann.upload("a.txt", "A".repeat(100_000)).await;
    objects.break_with(ObjectFault::BreaksOffAfter(50_000));
    let answer = ann.get(&content_of(&file)).raw().await;
    assert_eq!(answer.status().as_u16(), 200);
    assert!(answer.bytes().await.is_err(), "the client learns that it is not whole");
}

async fn bytes_that_were_lost_are_unavailable(setup: Setup) {
    let objects = FakeObjectStore::new();
    let stead = setup.objects(&objects).start().await;
    let ann = stead.register("ann").await;
    objects.break_with(ObjectFault::LosesPuts);
    let file = ann.upload("a.txt", "A").await;
    objects.mend();
    ann.get(&content_of(&file)).await.refused(503, "unavailable");
    ann.delete(&path_of(&file)).await.expect(204);
    ann.get(&content_of(&file)).await.refused(404, "not_found");
}

/// Sends the head of an upload that says it has a million bytes, and some of them.
async fn half_an_upload(ann: &Account) -> TcpStream {
    let origin = ann.origin();
    let host = origin.trim_start_matches("http://");
    let mut socket = TcpStream::connect(host).await.expect("it listens");
    let head = format!(
        "POST /api/v1/files HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {}\r\ncontent-length: 1000000\r\n\
         content-type: multipart/form-data; boundary=b\r\n\r\n--b\r\n\
         content-disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\n",
        ann.access_token
    );
    socket.write_all(head.as_bytes()).await.expect("it reads");
    socket.write_all(&[b'x'; 300_000]).await.expect("it reads");
    socket
}

async fn a_client_that_leaves_leaves_nothing(setup: Setup) {
    let home = setup.home.clone();
    let stead = setup.start().await;
    let ann = stead.register("ann").await;
    let folder = home.data_dir.path().join("objects");
    let socket = half_an_upload(&ann).await;
    eventually("the upload to begin", async || (!files_below(&folder).is_empty()).then_some(())).await;
    drop(socket);
    eventually("what came of it to be gone", async || files_below(&folder).is_empty().then_some(())).await;
    assert_eq!(ann.get("/files").await.expect(200)["files"], json!([]));
}

async fn a_client_that_stands_still_is_let_go(setup: Setup) {
    let home = setup.home.clone();
    let stead = setup.setting("STEAD_SERVER__BODY_TIMEOUT", "300ms").start().await;
    let ann = stead.register("ann").await;
    let folder = home.data_dir.path().join("objects");
    let mut socket = half_an_upload(&ann).await;
    let mut answer = Vec::new();
    let read = tokio::io::AsyncReadExt::read_to_end(&mut socket, &mut answer);
    drop(tokio::time::timeout(Duration::from_secs(20), read).await.expect("it is told, and let go"));
    let answer = String::from_utf8_lossy(&answer).into_owned();
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(files_below(&folder).is_empty());
}

async fn a_store_that_hangs_holds_up_nothing_else(setup: Setup) {
    let objects = FakeObjectStore::new();
    let stead = setup.objects(&objects).start().await;
    let ann = stead.register("ann").await;
    let gate = Gate::new();
    objects.break_with(ObjectFault::Hangs(gate.clone()));
    let upload = ann.post_nothing("/files").file("a.txt", "A").into_future();
    let meanwhile = async {
        gate.reached().await;
        ann.talk().await.say("hello").await.expect(201);
        gate.open();
    };
    let (upload, ()) = tokio::join!(upload, meanwhile);
    upload.expect(201);
}

async fn bytes_without_a_file_are_collected(setup: Setup) {
    let objects = FakeObjectStore::new();
    let setup = setup.objects(&objects).setting("STEAD_OBJECTS__ORPHANS_LOOK_EVERY", "100ms");
    let stead = setup.start().await;
    let ann = stead.register("ann").await;
    let file = ann.upload("a.txt", "A").await;
    let organization = ann.organization["id"].as_str().unwrap().parse().unwrap();
    let key = |name: &str| ObjectKey::file(organization, name.parse().unwrap());
    let own = key(file["id"].as_str().unwrap());
    objects.place(&own, "A", Timestamp::EPOCH);
    let old = key("01890000-0000-7000-8000-000000000001");
    objects.place(&old, "orphan", Timestamp::EPOCH);
    let young = key("01890000-0000-7000-8000-000000000002");
    objects.place(&young, "perhaps an upload", Timestamp::new(std::time::SystemTime::now().into()));
    let picture = ObjectKey::parse(format!("avatars/{organization}/x")).unwrap();
    objects.place(&picture, "no file", Timestamp::EPOCH);
    eventually("the orphan to be gone", async || objects.bytes(&old).is_none().then_some(())).await;
    let mut kept = vec![picture, own, young];
    kept.sort();
    assert_eq!(objects.keys(), kept);
}
