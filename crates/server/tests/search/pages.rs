//! Pages of what was found.

use serde_json::Value;
use stead_testkit::fakes::FakeReply;

use super::{name, names, once_found};
use crate::harness::{Stead, talk::text};

on_both!(pages_give_everything_once_whatever_comes_meanwhile);

async fn pages_give_everything_once_whatever_comes_meanwhile(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    for n in 0..5 {
        ann.upload(&format!("needle-{n}.txt"), "Nothing.").await;
        stead.script().answers([FakeReply::text("Yes.")]);
        talk.say(&format!("needle {n}")).await.expect(201);
    }
    once_found(&ann, "q=needle", 10).await;
    let all = names(&ann, "q=needle").await;
    let (mut seen, mut cursor): (Vec<String>, Option<String>) = (Vec::new(), None);
    loop {
        let after = cursor.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
        let page = ann.get(&format!("/search?q=needle&limit=3{after}")).await.expect(200);
        let results = page["results"].as_array().unwrap();
        assert!(results.len() <= 3, "{page}");
        seen.extend(results.iter().map(name));
        cursor = page.get("next_cursor").map(|cursor: &Value| text(cursor).to_owned());
        if cursor.is_none() {
            break;
        }
        ann.upload(&format!("needle-late-{}.txt", seen.len()), "Nothing.").await;
    }
    assert_eq!(seen, all);
}
