use std::fmt::Write;

use serde_json::{Value, json};

use super::{channel, messages, quiet, refused, said, written};
use crate::harness::{Account, Setup, eventually, patience::soon, process};

on_both!(lines_become_messages_and_are_found, an_import_that_was_killed_goes_on, a_wrong_line_is_named);

/// A channel in which two conversations go on at once.
const TALK: &str = r#"{"n": 0, "channel": "ubuntu", "at": "2007-01-11T12:11:00Z", "author": "Kim_", "text": "which kernel is in edgy?", "annotated": true, "reply_to": []}
{"n": 1, "channel": "ubuntu", "at": "2007-01-11T12:11:00Z", "author": "nalioth", "text": "my mouse is gone :(", "annotated": true, "reply_to": [1]}
{"n": 2, "channel": "ubuntu", "at": "2007-01-11T12:11:00Z", "author": "[Gee]", "text": "Kim_: 2.6.17", "annotated": true, "reply_to": [0]}
{"n": 3, "channel": "ubuntu", "at": "2007-01-11T12:12:00Z", "author": "[gee]", "text": "nalioth: usb? <b>*which*</b>", "annotated": true, "reply_to": [1, 2]}

{"n": 4, "channel": "ubuntu", "at": "2007-01-11T12:12:00Z", "author": "nalioth", "text": "usb", "annotated": true, "reply_to": [3]}
{"n": 5, "channel": "ubuntu", "at": "2007-01-11T12:12:00Z", "author": "nalioth", "text": "usb", "annotated": false, "reply_to": []}
"#;

/// Logs of real channels, whose replies people annotated: where they lie beside the checkout.
const REAL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/irc/2007-01-11_12.jsonl");

async fn lines_become_messages_and_are_found(setup: Setup) {
    let stead = setup.clone().start().await;
    let ann = stead.register("ann").await;
    brought(&setup, &ann, TALK).await;
    // Apart from the one above, since their ids and messages come from the same place.
    if let Ok(real) = std::fs::read_to_string(REAL) {
        let eve = stead.register("eve").await;
        brought(&setup, &eve, &real).await;
    }
}

async fn brought(setup: &Setup, ann: &Account, text: &str) {
    let file = written(setup.home.data_dir.path(), "ubuntu.jsonl", text);
    let organization = format!("@{}", ann.user["handle"].as_str().unwrap());
    let arguments = ["import", "jsonl", file.to_str().unwrap(), "--organization", organization.as_str()];
    let mut lines: Vec<Value> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    // They need not come in the order of their times.
    lines.sort_by_key(|line| line["at"].as_str().unwrap().to_owned());
    let count = lines.len();
    let told = said(setup, &arguments).await;
    assert!(told.contains(&format!("messages: {count} stored, 0 were there, 0 left out")), "{told}");
    let found = messages(ann, &channel(ann, "ubuntu").await).await;
    assert_eq!(found.len(), lines.len());
    for (line, message) in lines.iter().zip(&found) {
        assert_eq!(message["content"].as_str().unwrap(), line["text"].as_str().unwrap().trim_end());
        let (shown, author) = (message["author"]["display_name"].as_str(), line["author"].as_str());
        assert_eq!(shown.map(str::to_lowercase), author.map(str::to_lowercase));
        let answers = |other: &Value| {
            other["n"].as_u64() < line["n"].as_u64() && line["reply_to"].as_array().unwrap().contains(&other["n"])
        };
        let parent = lines.iter().rposition(answers);
        assert_eq!(message["parent_id"], parent.map_or(Value::Null, |parent| found[parent]["id"].clone()), "{line}");
    }
    let search = "/search?q=kernel&limit=50";
    let asked = async || {
        let page = ann.get(search).await.expect(200);
        let results = page["results"].as_array().unwrap();
        results.first().and_then(|found| found["message"]["content"].as_str()).map(str::to_lowercase)
    };
    assert!(eventually("what was said is found", asked).await.contains("kernel"));
    let told = said(setup, &arguments).await;
    assert!(told.contains(&format!("messages: 0 stored, {count} were there")), "{told}");
    assert_eq!(messages(ann, &channel(ann, "ubuntu").await).await.len(), count);
}

async fn an_import_that_was_killed_goes_on(setup: Setup) {
    const LINES: usize = 3_000;
    let stead = setup.clone().start().await;
    let ann = stead.register("ann").await;
    let mut text = String::new();
    for n in 0..LINES {
        let line = json!({"id": n, "handle": "ann", "text": format!("line {n}"), "at": 1_500_000_000 + n / 7});
        writeln!(text, "{line}").unwrap();
    }
    let file = written(setup.home.data_dir.path(), "lines.jsonl", text);
    let arguments = ["import", "jsonl", file.to_str().unwrap(), "--organization", "ann", "--channel", "General"];
    let mut first = process::stead(&arguments, &quiet(&setup)).spawn().expect("the binary runs");
    let general = channel(&ann, "general").await;
    let path = format!("/channels/{}/messages?limit=1", general["id"].as_str().unwrap());
    let some_came = async || ann.get(&path).await.expect(200)["messages"][0].is_object().then_some(());
    eventually("some of it came", some_came).await;
    first.kill().await.expect("it is killed");
    let told = said(&setup, &arguments).await;
    let numbers: Vec<usize> = told.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse().ok()).collect();
    // People, channels, then messages: stored and there.
    assert_eq!(numbers[4] + numbers[5], LINES, "{told}");
    assert!(numbers[5] > 0 && told.contains("people: 0 made, 1 were there"), "{told}");
    let found = messages(&ann, &general).await;
    let expected: Vec<String> = (0..LINES).map(|n| format!("line {n}")).collect();
    assert!(found.iter().map(|message| message["content"].as_str().unwrap()).eq(expected.iter().map(String::as_str)));
    assert_eq!(found[0]["author"]["id"], ann.id());
}

async fn a_wrong_line_is_named(setup: Setup) {
    let stead = setup.clone().start().await;
    stead.register("ann").await;
    for (line, expected) in [
        (r#"{"author":"bob","text":"x","at":"2020-01-01T00:00:00Z"}"#, "names no channel"),
        (r#"{"channel":"c","text":"x","at":"2020-01-01T00:00:00Z"}"#, "neither `author` nor `handle`"),
        (r#"{"channel":"c","author":"bob","text":"x","at":"today"}"#, "`at` is no time"),
        (r#"{"channel":"c","author":"bob","at":1}"#, "missing field `text`"),
        ("[]", "invalid"),
    ] {
        let good = r#"{"channel":"c","author":"bob","text":"good","at":"2020-01-01T00:00:00Z"}"#;
        let file = written(setup.home.data_dir.path(), "wrong.jsonl", format!("{good}\n\n{line}\n"));
        let told = refused(&setup, &["import", "jsonl", file.to_str().unwrap(), "--organization", "ann"]).await;
        assert!(told.contains("wrong.jsonl:3") && told.contains(expected), "{told}");
    }
    let long = written(setup.home.data_dir.path(), "long.jsonl", vec![b' '; 2_000_000]);
    let arguments = ["import", "jsonl", long.to_str().unwrap(), "--organization", "ann"];
    assert!(soon("the end", refused(&setup, &arguments)).await.contains("long.jsonl:1: is longer"));
}
