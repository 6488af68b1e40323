//! What is a query, and what is not.

use crate::harness::Stead;

/// Where some page ended.
const CURSOR: &str = "AADMG6sXCAB__wGXo8RdboCAmhsAAAAA";

on_both!(any_text_is_a_query, a_wrong_request_is_refused);

async fn any_text_is_a_query(stead: Stead) {
    let ann = stead.register("ann").await;
    for text in [
        "%22",
        "%22%22",
        "*",
        "a*",
        "AND",
        "OR%20NOT",
        "NEAR(a%20b)",
        "words:x",
        "scope:u",
        "-x",
        "^a",
        "%28%28",
        "%27",
        "%27%27%20OR%201=1",
        "%5C",
        "%5C%27",
        "a:*b",
        "a%26b%7Cc%21d",
        "%3C-%3E",
        "%F0%9F%91%8B",
        "%E6%9D%B1%E4%BA%AC",
        "%D8%A7",
        "%EF%BF%BF",
        "%E2%80%AE",
        "%01",
        "%3Cb%3E",
        "1%2C2",
        "%25",
        "_",
        "%CC%81",
        "=c0",
        "a%3Ab%3Ac",
    ] {
        ann.get(&format!("/search?q={text}")).await.expect(200);
        ann.get(&format!("/search?q={text}&mode=hybrid")).await.expect(200);
        ann.get(&format!("/search?q=%22{text}%20{text}%22%20{text}*&type=message")).await.expect(200);
    }
    let most: String = (0..32).map(|n| format!("w{n}%20")).collect();
    ann.get(&format!("/search?q={most}")).await.expect(200);
    ann.get(&format!("/search?q={most}{most}x&mode=semantic")).await.expect(200);
    ann.get(&format!("/search?q=x&cursor={CURSOR}")).await.expect(200);
    ann.get(&format!("/search?q={}", "%E6%9D%B1".repeat(32))).await.expect(200);
}

async fn a_wrong_request_is_refused(stead: Stead) {
    let ann = stead.register("ann").await;
    let too_long = "x".repeat(501);
    let many_words: String = (0..33).map(|n| format!("w{n}%20")).collect();
    for (query, field) in [
        (String::new(), "q"),
        ("q=".to_owned(), "q"),
        ("q=%00".to_owned(), "q"),
        (format!("q={too_long}"), "q"),
        (format!("q={many_words}"), "q"),
        ("q=&mode=semantic".to_owned(), "q"),
        (format!("q={too_long}&mode=hybrid"), "q"),
        (format!("q=x&mode=semantic&cursor={CURSOR}"), "cursor"),
        (format!("q=x&mode=hybrid&cursor={CURSOR}"), "cursor"),
        ("q=x&mode=magic".to_owned(), "mode"),
        ("q=x&type=channel".to_owned(), "type"),
        ("q=x&limit=0".to_owned(), "limit"),
        ("q=x&limit=101".to_owned(), "limit"),
        ("q=x&cursor=x".to_owned(), "cursor"),
        ("q=x&after=yesterday".to_owned(), "after"),
        ("q=x&channel_id=1".to_owned(), "channel_id"),
        ("q=x&from_user_id=me".to_owned(), "from_user_id"),
    ] {
        ann.get(&format!("/search?{query}")).await.complains_about(field);
    }
}
