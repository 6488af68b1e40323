use serde_json::json;
use stead_testkit::fakes::FakeReply;

use crate::harness::Stead;

on_both!(markdown_is_rendered, given_html_is_cleaned, nothing_that_runs_or_loads_survives);

async fn markdown_is_rendered(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let markdown = "# Title\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n- [x] done\n\n~~no~~ `let x = 1 < 2;`\n\n```rust\nfn main() {}\n```\n";
    talk.say(markdown).await.expect(201);
    for message in talk.messages().await {
        let html = message["content_html"].as_str().unwrap();
        let parts = ["<h1>Title</h1>", "<td>1</td>", "<del>no</del>", "<code>let x = 1 &lt; 2;</code>", "fn main() {}"];
        for part in parts {
            assert!(html.contains(part), "{part} is not in {html}");
        }
        assert_eq!(message["content"], markdown);
    }
}

async fn given_html_is_cleaned(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let message =
        json!({"content": "plain", "content_html": "<p onclick=\"x()\">Hello <b>you</b><script>alert(1)</script></p>"});
    ann.post(&talk.at("/messages"), message).await.expect(201);
    let said = &talk.messages().await[0];
    assert_eq!((&said["content"], &said["content_html"]), (&json!("plain"), &json!("<p>Hello <b>you</b></p>")));
    let empty = json!({"content": "**x**", "content_html": ""});
    ann.post(&talk.at("/messages"), empty).await.expect(201);
}

async fn nothing_that_runs_or_loads_survives(stead: Stead) {
    let ann = stead.register("ann").await;
    let talk = ann.talk().await;
    let evil = "<script>alert(1)</script><img src=x onerror=alert(1)> [x](javascript:alert(1)) ![y](https://evil.example/p) \
                <iframe src=//evil.example></iframe> <svg onload=alert(1)> <a href=\"data:text/html,x\">z</a> \
                <style>*{background:url(//evil.example)}</style> <form action=//evil.example><input></form>";
    stead.script().answers([FakeReply::text(evil)]);
    let message = json!({"content": evil, "content_html": evil});
    ann.post(&talk.at("/messages"), message).await.expect(201);
    for message in talk.messages().await {
        assert_eq!(message["content"], evil, "the text itself is kept");
        let html = message["content_html"].as_str().unwrap().to_lowercase();
        for bad in [
            "<script",
            "onerror",
            "<img",
            "href=\"javascript",
            "<iframe",
            "<svg",
            "href=\"data",
            "<style",
            "<form",
            "<input",
        ] {
            assert!(!html.contains(bad), "{bad} survived in {html}");
        }
    }
}
