use std::{collections::HashMap, fs::File, io::Read, os::unix::fs::MetadataExt, path::Path};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use zip::ZipArchive;

use super::{quiet, refused, said};
use crate::harness::{Account, Setup, eventually, patience::soon, process};

on_both!(all_of_an_organization_is_handed_out, nothing_is_overwritten_and_nothing_half_left);

mod interrupted {
    on_postgres!(what_is_interrupted_leaves_nothing);

    use super::what_is_interrupted_leaves_nothing;
}

/// The bytes of each part.
fn parts(file: &Path) -> HashMap<String, Vec<u8>> {
    let mut zip = ZipArchive::new(File::open(file).unwrap()).unwrap();
    let read = |n| {
        let mut part = zip.by_index(n).unwrap();
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).unwrap();
        (part.name().unwrap().into_owned(), bytes)
    };
    (0..zip_len(file)).map(read).collect()
}

fn zip_len(file: &Path) -> usize {
    ZipArchive::new(File::open(file).unwrap()).unwrap().len()
}

fn lines(bytes: &[u8]) -> Vec<Value> {
    String::from_utf8(bytes.to_vec()).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

async fn fill(ann: &Account) -> (Value, Value) {
    let channel = ann.post("/channels", json!({"name": "plans", "kind": "private"})).await.expect(201);
    let at = format!("/channels/{}", channel["id"].as_str().unwrap());
    let file = ann.upload("notes.txt", "walruses").await;
    let first = json!({"content": "hello @ann", "file_ids": [file["id"]]});
    let first = ann.post(&format!("{at}/messages"), first).await.expect(201);
    let id = first["id"].as_str().unwrap();
    let second = json!({"content": "soon gone", "parent_id": id});
    let second = ann.post(&format!("{at}/messages"), second).await.expect(201);
    ann.put_nothing(&format!("/messages/{id}/reactions/%F0%9F%91%8D")).await.expect(200);
    ann.put_nothing(&format!("{at}/pins/{id}")).await.expect(200);
    ann.delete(&format!("/messages/{}", second["id"].as_str().unwrap())).await.expect(204);
    (first, file)
}

async fn all_of_an_organization_is_handed_out(setup: Setup) {
    let stead = setup.clone().start().await;
    let (ann, eve) = (stead.register("ann").await, stead.register("eve").await);
    let (first, file) = fill(&ann).await;
    eve.post("/channels", json!({"name": "elsewhere", "kind": "public"})).await.expect(201);
    stead.script().answers([stead_testkit::fakes::FakeReply::text("Indeed.")]);
    ann.talk().await.say("Is it so?").await.expect(201);
    let out = setup.home.data_dir.path().join("out.zip");
    let told = said(&setup, &["export", out.to_str().unwrap(), "--organization", "ann"]).await;
    assert!(told.contains("users: 1  channels: 3  messages: 2"), "{told}");
    assert!(told.contains("threads: 1  their messages: 2  files: 1"), "{told}");
    assert_eq!(std::fs::metadata(&out).unwrap().mode() & 0o777, 0o600);
    let parts = parts(&out);
    let manifest: Value = serde_json::from_slice(&parts["manifest.json"]).unwrap();
    assert_eq!(
        (&manifest["format"], &manifest["organization"]["id"]),
        (&json!("stead-export-1"), &ann.organization["id"])
    );
    assert_eq!(manifest["damaged_files"], json!([]));
    let listed = manifest["parts"].as_array().unwrap();
    assert_eq!(listed.len() + 1, parts.len());
    for part in listed {
        let bytes = &parts[part["name"].as_str().unwrap()];
        let sha256: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!((part["bytes"].as_u64(), &part["sha256"]), (Some(bytes.len() as u64), &json!(sha256)), "{part}");
        if let Some(count) = part["lines"].as_u64() {
            assert_eq!(lines(bytes).len() as u64, count, "{part}");
        }
    }
    let messages = lines(&parts["messages.jsonl"]);
    let exported = messages.iter().find(|message| message["id"] == first["id"]).unwrap();
    assert_eq!((&exported["content"], &exported["author"]["id"]), (&json!("hello @ann"), &json!(ann.id())));
    assert_eq!(
        (&exported["reactions"][0]["emoji"], &exported["reactions"][0]["user_id"]),
        (&json!("👍"), &json!(ann.id()))
    );
    assert_eq!((&exported["mentions"][0]["id"], &exported["file_ids"]), (&json!(ann.id()), &json!([file["id"]])));
    let gone = messages.iter().find(|message| message["deleted_at"].is_string()).unwrap();
    assert_eq!((&gone["content"], &gone["parent_id"]), (&json!(""), &first["id"]));
    assert_eq!(lines(&parts["pins.jsonl"])[0]["message_id"], first["id"]);
    assert_eq!(lines(&parts["users.jsonl"])[0]["email"], "ann@example.org");
    assert_eq!(parts[&format!("files/{}", file["id"].as_str().unwrap())], b"walruses");
    let said: Vec<_> =
        lines(&parts["thread_messages.jsonl"]).iter().map(|message| message["content"].clone()).collect();
    assert_eq!(said, ["Is it so?", "Indeed."]);
    let all: Vec<u8> = parts.into_values().flatten().collect();
    let all = String::from_utf8(all).unwrap();
    assert!(!all.contains("elsewhere") && !all.contains("eve@example.org") && !all.contains("argon2"));
}

async fn nothing_is_overwritten_and_nothing_half_left(setup: Setup) {
    let stead = setup.clone().start().await;
    stead.register("ann").await;
    let folder = setup.home.data_dir.path();
    let out = folder.join("out.zip");
    std::fs::write(&out, b"mine").unwrap();
    let told = refused(&setup, &["export", out.to_str().unwrap(), "--organization", "ann"]).await;
    assert!(told.contains("exists already") && std::fs::read(&out).unwrap() == b"mine", "{told}");
    let nobody = "01890000-0000-7000-8000-000000000000";
    let other = folder.join("other.zip");
    let told = refused(&setup, &["export", other.to_str().unwrap(), "--organization", nobody]).await;
    assert!(told.contains("the export cannot begin") && !other.exists(), "{told}");
    assert!(!is_begun(folder));
}

/// Whether a part of an export is in a folder.
fn is_begun(folder: &std::path::Path) -> bool {
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    files.into_iter().any(|name| name.ends_with(".partial"))
}

async fn what_is_interrupted_leaves_nothing(setup: Setup) {
    let stead = setup.clone().start().await;
    stead.register("ann").await;
    let folder = setup.home.data_dir.path();
    let out = folder.join("out.zip");
    let client = setup.home.postgres().client().await.unwrap();
    // It gets no further than to the messages.
    client.batch_execute("BEGIN; LOCK TABLE messages IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let arguments = ["export", out.to_str().unwrap(), "--organization", "ann"];
    let child = process::stead(&arguments, &quiet(&setup)).spawn().expect("the binary runs");
    eventually("a beginning", async || is_begun(folder).then_some(())).await;
    let id = child.id().expect("it runs").to_string();
    assert!(tokio::process::Command::new("kill").args(["-INT", &id]).status().await.unwrap().success());
    let output = soon("its end", child.wait_with_output()).await.unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), told.lines().count()), (Some(1), 1), "{told}");
    assert!(told.contains("interrupted") && !out.exists() && !is_begun(folder), "{told}");
    let audit = "SELECT count(*) FROM audit WHERE action = 'organization.exported' AND actor_user_id IS NULL";
    let begun: i64 = client.query_one(audit, &[]).await.unwrap().get(0);
    assert_eq!(begun, 1, "it stands in the audit log that the operator began one");
    client.batch_execute("ROLLBACK").await.unwrap();
}
