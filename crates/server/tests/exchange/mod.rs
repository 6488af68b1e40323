//! What is brought in from elsewhere, and what is handed out: by the binary, while the server runs.

mod export;
mod jsonl;
mod slack;

use std::{
    io::{Cursor, Write},
    path::{Path, PathBuf},
    process::Output,
};

use serde_json::Value;
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::harness::{Account, Setup, process};

fn quiet(setup: &Setup) -> Vec<(String, String)> {
    let mut settings = setup.settings();
    settings.push(("STEAD_LOG__FILTER".to_owned(), "off".to_owned()));
    settings
}

/// What the command says when it succeeds.
async fn said(setup: &Setup, arguments: &[&str]) -> String {
    let Output { status, stdout, stderr } = process::run(arguments, &quiet(setup)).await;
    assert!(status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).unwrap()
}

/// The one line with which it fails.
async fn refused(setup: &Setup, arguments: &[&str]) -> String {
    let Output { status, stderr, .. } = process::run(arguments, &quiet(setup)).await;
    let told = String::from_utf8(stderr).unwrap();
    assert_eq!((status.code(), told.lines().count()), (Some(1), 1), "{arguments:?}: {told}");
    told
}

fn written(folder: &Path, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

fn zipped(parts: &[(&str, Value)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content.to_string().as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// The channel of this name, as somebody sees it.
async fn channel(account: &Account, name: &str) -> Value {
    let page = account.get("/channels?limit=100").await.expect(200);
    let found = page["channels"].as_array().unwrap().iter().find(|channel| channel["name"] == name);
    found.unwrap_or_else(|| panic!("no channel {name}: {page}")).clone()
}

/// All messages of a channel, oldest first.
async fn messages(account: &Account, channel: &Value) -> Vec<Value> {
    let path = format!("/channels/{}/messages?limit=100", channel["id"].as_str().unwrap());
    let mut all: Vec<Value> = Vec::new();
    let mut before = String::new();
    loop {
        let page = account.get(&format!("{path}{before}")).await.expect(200);
        let mut some = page["messages"].as_array().unwrap().clone();
        some.extend(all);
        all = some;
        match page["next_before"].as_str() {
            Some(next) => before = format!("&before={next}"),
            None => return all,
        }
    }
}
