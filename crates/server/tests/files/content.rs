use reqwest::Method;

use super::{content_of, path_of};
use crate::harness::Stead;

on_both!(
    parts_are_given,
    what_the_client_has_is_not_sent_again,
    a_part_is_of_the_file_that_is_meant,
    a_head_has_no_body,
    a_download_is_sent_as_it_is,
    what_is_known_of_a_file_has_a_tag,
);

const BYTES: &str = "0123456789";

async fn parts_are_given(stead: Stead) {
    let ann = stead.register("ann").await;
    let file = ann.upload("a.txt", BYTES).await;
    for (range, content_range, bytes) in [
        ("bytes=0-3", "bytes 0-3/10", "0123"),
        ("bytes=8-", "bytes 8-9/10", "89"),
        ("bytes=-3", "bytes 7-9/10", "789"),
        ("bytes=5-500", "bytes 5-9/10", "56789"),
        ("bytes=-500", "bytes 0-9/10", BYTES),
    ] {
        let part = ann.get(&content_of(&file)).header("range", range).await;
        assert_eq!((part.status, part.header("content-range")), (206, Some(content_range)), "{range}");
        assert_eq!(
            (part.text().as_str(), part.header("content-length")),
            (bytes, Some(bytes.len().to_string().as_str()))
        );
    }
    for none in ["bytes=0-1,3-4", "lines=1-2", "bytes=4-2", "nonsense", "bytes=-"] {
        let whole = ann.get(&content_of(&file)).header("range", none).await;
        assert_eq!((whole.status, whole.text().as_str()), (200, BYTES), "{none}");
        assert_eq!(whole.header("accept-ranges"), Some("bytes"));
    }
    for beyond in ["bytes=10-", "bytes=99-100", "bytes=-0"] {
        let refused = ann.get(&content_of(&file)).header("range", beyond).await;
        assert_eq!(refused.header("content-range"), Some("bytes */10"));
        refused.refused(416, "range_not_satisfiable");
    }
    let empty = ann.upload("empty", "").await;
    let nothing = ann.get(&content_of(&empty)).header("range", "bytes=0-").await;
    assert_eq!((nothing.status, nothing.text().as_str()), (200, ""));
}

async fn what_the_client_has_is_not_sent_again(stead: Stead) {
    let ann = stead.register("ann").await;
    let file = ann.upload("a.txt", BYTES).await;
    let first = ann.get(&content_of(&file)).await;
    let tag = first.header("etag").expect("a tag").to_owned();
    assert_eq!(tag, format!("\"{}\"", file["sha256"].as_str().unwrap()));
    assert_eq!(first.header("cache-control"), Some("private, no-cache"));
    for known in [tag.clone(), format!("W/{tag}"), format!("\"x\", {tag}"), "*".to_owned()] {
        let answer = ann.get(&content_of(&file)).header("if-none-match", &known).await;
        assert_eq!((answer.status, answer.body.len()), (304, 0), "{known}");
    }
    let answer = ann.get(&content_of(&file)).header("if-none-match", "\"x\"").await;
    assert_eq!(answer.text(), BYTES);
    ann.get(&content_of(&file)).header("if-none-match", "x").await.complains_about("if-none-match");
}

async fn a_part_is_of_the_file_that_is_meant(stead: Stead) {
    let ann = stead.register("ann").await;
    let file = ann.upload("a.txt", BYTES).await;
    let tag = format!("\"{}\"", file["sha256"].as_str().unwrap());
    for (meant, status) in [(tag.as_str(), 206), ("\"another\"", 200), (&format!("W/{tag}"), 200), ("yesterday", 200)] {
        let call = ann.get(&content_of(&file)).header("range", "bytes=0-1").header("if-range", meant);
        assert_eq!(call.await.status, status, "{meant}");
    }
}

async fn a_head_has_no_body(stead: Stead) {
    let ann = stead.register("ann").await;
    let file = ann.upload("a.txt", BYTES).await;
    let head = |path: String| ann.call(Method::HEAD, &path);
    let answer = head(content_of(&file)).raw().await;
    assert_eq!((answer.status().as_u16(), &answer.headers()["content-length"]), (200, &"10".parse().unwrap()));
    assert_eq!(answer.headers()["content-disposition"], "attachment; filename=\"a.txt\"");
    assert!(answer.bytes().await.unwrap().is_empty());
    let part = head(content_of(&file)).header("range", "bytes=0-1").raw().await;
    assert_eq!((part.status().as_u16(), &part.headers()["content-length"]), (206, &"2".parse().unwrap()));
    let unknown = "/files/01890000-0000-7000-8000-000000000000/content".to_owned();
    assert_eq!(head(unknown).raw().await.status().as_u16(), 404);
    let stranger = ann.without_token().call(Method::HEAD, &content_of(&file)).raw().await;
    assert_eq!(stranger.status().as_u16(), 401);
}

async fn a_download_is_sent_as_it_is(stead: Stead) {
    let ann = stead.register("ann").await;
    let file = ann.upload("a.txt", BYTES.repeat(1_000)).await;
    for encoding in ["gzip", "br", "zstd"] {
        let answer = ann.get(&content_of(&file)).header("accept-encoding", encoding).await;
        assert_eq!(answer.body.len(), 10_000);
        assert!([None, Some("identity")].contains(&answer.header("content-encoding")), "{encoding}");
    }
}

async fn what_is_known_of_a_file_has_a_tag(stead: Stead) {
    let ann = stead.register("ann").await;
    let file = ann.upload("a.txt", BYTES).await;
    let answer = ann.get(&path_of(&file)).await;
    let tag = answer.header("etag").expect("a tag").to_owned();
    let again = ann.get(&path_of(&file)).header("if-none-match", &tag).await;
    assert!([200, 304].contains(&again.status), "it may have been understood meanwhile");
}
