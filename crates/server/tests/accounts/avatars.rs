use reqwest::Method;
use serde_json::Value;
use stead_domain::ports::object_store::ObjectKey;
use stead_testkit::fakes::{FakeObjectStore, ObjectFault};

use crate::harness::{Account, Setup, Stead, call::Call, patience::eventually, picture::png};

on_both!(
    a_picture_is_drawn_anew_and_shown_to_anybody,
    a_new_picture_replaces_the_old_one,
    a_picture_can_be_taken_away,
    pictures_go_with_their_user,
    what_is_no_picture_changes_nothing,
    a_body_that_is_no_picture_is_refused_by_what_it_says,
    a_store_that_fails_leaves_the_old_picture,
    bytes_that_are_nobodys_picture_are_collected
);

fn put(who: &Account, content_type: &str, bytes: impl Into<bytes::Bytes>) -> Call {
    who.call(Method::PUT, "/users/me/avatar").header("content-type", content_type).bytes(bytes)
}

fn address(user: &Value) -> &str {
    user["avatar_url"].as_str().expect("an address")
}

async fn a_picture_is_drawn_anew_and_shown_to_anybody(stead: Stead) {
    let ann = stead.register("ann").await;
    assert!(ann.user["avatar_url"].is_null());
    let me = put(&ann, "image/png", png(1_200, 600)).await.expect(200);
    assert_eq!(ann.get("/users/me").await.expect(200), me);
    let profile = stead.stranger().get("/profiles/ann").await.expect(200);
    assert_eq!(address(&profile), address(&me));

    let shown = stead.stranger().at_root().get(address(&me)).await;
    assert_eq!(shown.status, 200);
    let header = |name: &str| shown.header(name).unwrap_or_default();
    assert_eq!(header("content-type"), "image/jpeg");
    assert_eq!(header("cache-control"), "public, max-age=31536000, immutable");
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert!(header("content-security-policy").contains("sandbox"));
    let picture = image::load_from_memory(&shown.body).unwrap();
    assert_eq!((picture.width(), picture.height()), (512, 256));
}

async fn a_new_picture_replaces_the_old_one(setup: Setup) {
    let objects = FakeObjectStore::new();
    let stead = setup.objects(&objects).start().await;
    let ann = stead.register("ann").await;
    let first = put(&ann, "image/png", png(10, 10)).await.expect(200);
    let second = put(&ann, "IMAGE/PNG", png(10, 10)).await.expect(200);
    assert_ne!(address(&first), address(&second), "what is at an address never changes");
    let root = stead.stranger().at_root();
    root.get(address(&first)).await.refused(404, "not_found");
    assert_eq!(root.get(address(&second)).await.status, 200);
    eventually("the old picture's bytes to go", async || (objects.keys().len() == 1).then_some(())).await;
    let left = objects.keys()[0].to_string();
    assert!(left.ends_with(address(&second).rsplit('/').next().unwrap()), "{left}");
}

async fn a_picture_can_be_taken_away(setup: Setup) {
    let objects = FakeObjectStore::new();
    let stead = setup.objects(&objects).start().await;
    let ann = stead.register("ann").await;
    let with = put(&ann, "image/png", png(10, 10)).await.expect(200);
    for _ in 0..2 {
        ann.delete("/users/me/avatar").await.expect(204);
        assert!(ann.get("/users/me").await.expect(200)["avatar_url"].is_null());
    }
    stead.stranger().at_root().get(address(&with)).await.refused(404, "not_found");
    eventually("its bytes to go", async || objects.keys().is_empty().then_some(())).await;
}

async fn pictures_go_with_their_user(setup: Setup) {
    let objects = FakeObjectStore::new();
    let stead = setup.objects(&objects).start().await;
    let ann = stead.register("ann").await;
    let bob = ann.invite("bob", "member").await;
    for who in [bob, ann] {
        let with = put(&who, "image/png", png(10, 10)).await.expect(200);
        who.delete("/users/me").await.expect(204);
        stead.stranger().at_root().get(address(&with)).await.refused(404, "not_found");
        eventually("its bytes to go", async || objects.keys().is_empty().then_some(())).await;
    }
}

async fn what_is_no_picture_changes_nothing(setup: Setup) {
    let objects = FakeObjectStore::new();
    let stead = setup.objects(&objects).start().await;
    let ann = stead.register("ann").await;
    let before = put(&ann, "image/png", png(10, 10)).await.expect(200);
    let mut huge = png(1, 1);
    huge[16..24].copy_from_slice(&[0, 0, 0xc3, 0x50, 0, 0, 0xc3, 0x50]);
    let sum = crc32fast::hash(&huge[12..29]);
    huge[29..33].copy_from_slice(&sum.to_be_bytes());
    let cut = png(300, 300)[..60].to_vec();
    for bad in [b"not a picture".to_vec(), b"<svg onload='alert(1)'/>".to_vec(), cut, huge] {
        let refused = put(&ann, "image/png", bad).await.refused(400, "invalid_request");
        assert_eq!(refused["details"][0]["field"], "picture", "{refused}");
    }
    put(&ann, "image/png", Vec::new()).await.refused(400, "invalid_request");
    put(&ann, "image/png", vec![0x89; 5 * 1024 * 1024 + 1]).await.refused(413, "payload_too_large");
    assert_eq!(ann.get("/users/me").await.expect(200), before);
    assert_eq!(objects.keys().len(), 1);
}

async fn a_body_that_is_no_picture_is_refused_by_what_it_says(stead: Stead) {
    let ann = stead.register("ann").await;
    for wrong in ["application/json", "text/html", "multipart/form-data; boundary=x", "application/octet-stream", ""] {
        put(&ann, wrong, png(10, 10)).await.refused(415, "unsupported_media_type");
    }
    ann.call(Method::PUT, "/users/me/avatar").bytes(png(10, 10)).await.refused(415, "unsupported_media_type");
    // What it says beyond that does not count.
    put(&ann, "image/svg+xml", png(10, 10)).await.expect(200);
}

async fn a_store_that_fails_leaves_the_old_picture(setup: Setup) {
    let objects = FakeObjectStore::new();
    let stead = setup.objects(&objects).start().await;
    let ann = stead.register("ann").await;
    let before = put(&ann, "image/png", png(10, 10)).await.expect(200);
    for fault in [ObjectFault::Down, ObjectFault::FailsAfterTheBody] {
        objects.break_with(fault);
        put(&ann, "image/png", png(20, 20)).await.refused(503, "unavailable");
    }
    objects.break_with(ObjectFault::BreaksOffAfter(5));
    stead.stranger().at_root().get(address(&before)).await.refused(503, "unavailable");
    objects.mend();
    assert_eq!(ann.get("/users/me").await.expect(200), before);
    assert_eq!(stead.stranger().at_root().get(address(&before)).await.status, 200);
}

async fn bytes_that_are_nobodys_picture_are_collected(setup: Setup) {
    let objects = FakeObjectStore::new();
    let orphan = ObjectKey::parse("avatars/09/0197a3c4-5d6e-7f80-9a1b-000000000009").unwrap();
    objects.place(&orphan, "x", stead_domain::Timestamp::EPOCH);
    let setup = setup.objects(&objects).setting("STEAD_OBJECTS__ORPHANS_LOOK_EVERY", "100ms");
    let stead = setup.start().await;
    let ann = stead.register("ann").await;
    let me = put(&ann, "image/png", png(10, 10)).await.expect(200);
    eventually("the orphan to go", async || objects.bytes(&orphan).is_none().then_some(())).await;
    assert_eq!(stead.stranger().at_root().get(address(&me)).await.status, 200);
}
