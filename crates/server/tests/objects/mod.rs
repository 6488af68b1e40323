//! Files on S3: the configured store, through the whole house.

use stead_testkit::s3_server::{S3Fault, S3Server};

use crate::harness::{Setup, picture::png};

on_both!(
    files_are_kept_on_s3,
    a_download_is_redirected_where_that_is_wanted,
    a_bucket_that_forbids_is_503_and_leaves_nothing
);

fn on_s3(setup: Setup, server: &S3Server) -> Setup {
    setup
        .setting("STEAD_OBJECTS__URL", server.objects_url())
        .setting("STEAD_OBJECTS__ACCESS_KEY", S3Server::ACCESS_KEY)
        .setting("STEAD_OBJECTS__SECRET_KEY", S3Server::SECRET_KEY)
}

/// Larger than what one request stores.
fn large() -> Vec<u8> {
    (0..6 * 1024 * 1024u32).map(|n| u8::try_from(n % 251).unwrap()).collect()
}

async fn files_are_kept_on_s3(setup: Setup) {
    let server = S3Server::start().await;
    let stead = on_s3(setup, &server).start().await;
    let ann = stead.register("ann").await;
    let file = ann.upload("large.bin", large()).await;
    let path = format!("/files/{}/content", file["id"].as_str().unwrap());
    let whole = ann.get(&path).await;
    assert!(whole.status == 200 && whole.body == large());
    let part = ann.get(&path).header("range", "bytes=6000000-6000009").await;
    assert!(part.status == 206 && part.body == large()[6_000_000..6_000_010]);
    let me = ann.call(reqwest::Method::PUT, "/users/me/avatar").header("content-type", "image/png").bytes(png(9, 9));
    let me = me.await.expect(200);
    assert_eq!(stead.stranger().at_root().get(me["avatar_url"].as_str().unwrap()).await.status, 200);
    assert!(server.requests().contains(&"complete_multipart_upload"), "{:?}", server.requests());
}

async fn a_download_is_redirected_where_that_is_wanted(setup: Setup) {
    let server = S3Server::start().await;
    let stead = on_s3(setup, &server).setting("STEAD_OBJECTS__REDIRECT", "true").start().await;
    let ann = stead.register("ann").await;
    let file = ann.upload("a note.txt", "A note.").await;
    let answer = ann.get(&format!("/files/{}/content", file["id"].as_str().unwrap())).await;
    assert_eq!(answer.status, 302);
    let address = answer.header("location").unwrap();
    assert!(address.starts_with(&server.endpoint()) && !address.contains(S3Server::SECRET_KEY));
    let http = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
    let bytes = http.get(address).send().await.unwrap().error_for_status().unwrap().bytes().await.unwrap();
    assert_eq!(bytes, "A note.");
}

async fn a_bucket_that_forbids_is_503_and_leaves_nothing(setup: Setup) {
    let server = S3Server::start().await;
    let stead = on_s3(setup, &server).start().await;
    let ann = stead.register("ann").await;
    server.break_with(S3Fault::Forbids);
    let refused = ann.post_nothing("/files").file("a.txt", "A").await.refused(503, "unavailable");
    assert!(!refused.to_string().contains("403"), "what S3 said is for the log: {refused}");
    server.mend();
    assert_eq!(ann.get("/files").await.expect(200)["files"].as_array().unwrap().len(), 0);
    ann.upload("a.txt", "A").await;
}
