use std::{
    fs,
    os::unix::fs::PermissionsExt,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
};

use serde_json::{Value, json};

use crate::harness::{
    Account, Setup, Talk,
    account::registration,
    backend::{self, Backend},
    call::Address,
    eventually,
    process::{self, Process},
};

const WRITERS: usize = 4;
/// So many are acknowledged before the backup begins.
const BEFORE: usize = 60;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_under_load_has_every_message_acknowledged_before_it() {
    backend::run(Backend::Sqlite, back_up_under_load_and_restore_elsewhere).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_backup_is_not_restored_and_nothing_is_overwritten() {
    backend::run(Backend::Sqlite, refuse_what_would_lose_something).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_has_tools_of_its_own() {
    backend::run(Backend::Postgres, async |setup: Setup| {
        let (done, said) = admin(&setup, &["backup", "/nowhere/copy.db"]).await;
        assert!(!done && said.contains("pg_dump"), "{said}");
    })
    .await;
}

async fn admin(setup: &Setup, arguments: &[&str]) -> (bool, String) {
    let ran = process::run(&[&["admin"], arguments].concat(), &setup.settings()).await;
    (ran.status.success(), String::from_utf8([ran.stdout, ran.stderr].concat()).unwrap())
}

/// Sends messages until it is told to stop, and counts those that were acknowledged.
async fn write(ann: &Account, talk: &Talk, stop: &AtomicBool, acknowledged: &AtomicUsize) {
    for number in 0.. {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let content = format!("{}-{number:04}", talk.id);
        let call = ann.post(&talk.at("/messages"), json!({"content": content})).key(&content);
        match call.header("prefer", "respond-async").await.status {
            202 => _ = acknowledged.fetch_add(1, Ordering::Relaxed),
            // The thread is full for now.
            409 => tokio::task::yield_now().await,
            status => panic!("{status}"),
        }
    }
}

async fn said(ann: &Account, talk: &Talk) -> Vec<String> {
    let (mut said, mut after) = (Vec::new(), "00000000-0000-0000-0000-000000000000".to_owned());
    loop {
        let page = ann.get(&talk.at(&format!("/messages?limit=100&after={after}"))).await.expect(200);
        let messages = page["messages"].as_array().unwrap();
        let person = messages.iter().filter(|one| one["role"] == "user");
        said.extend(person.map(|one: &Value| one["content"].as_str().unwrap().to_owned()));
        match page["next_after"].as_str() {
            Some(next) => after = next.to_owned(),
            None => return said,
        }
    }
}

async fn back_up_under_load_and_restore_elsewhere(setup: Setup) {
    let unlimited = |setup: Setup| {
        let setup = setup.offline().setting("STEAD_LIMITS__SENDS_PER_SECOND", 0);
        setup.setting("STEAD_LIMITS__REQUESTS_PER_SECOND", 0).setting("STEAD_LOG__FILTER", "off")
    };
    let (setup, address) = (unlimited(setup), Address::default());
    let process = Process::serve(&setup, &address).await;
    let stranger = process.stranger();
    let signed_in = stranger.post("/auth/register", registration("ann")).await.expect(201);
    let ann = Account::from_sign_in(&stranger, "ann@example.org", signed_in);
    let mut talks = Vec::new();
    for _ in 0..WRITERS {
        talks.push(ann.talk().await);
    }
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.db");
    let copy = copy.to_str().unwrap();
    let (stop, acknowledged) = (AtomicBool::new(false), AtomicUsize::new(0));
    let more_than = async |number: usize| {
        let enough = async || (acknowledged.load(Ordering::Relaxed) > number).then_some(());
        eventually("messages that are acknowledged", enough).await;
    };
    let backing_up = async {
        more_than(BEFORE).await;
        let mut before = Vec::new();
        for talk in &talks {
            before.push(said(&ann, talk).await);
        }
        let (done, told) = admin(&setup, &["backup", copy, "--with-secret"]).await;
        assert!(done && told.contains("bytes, checked"), "{told}");
        // The server was not held up.
        more_than(acknowledged.load(Ordering::Relaxed)).await;
        stop.store(true, Ordering::Relaxed);
        before
    };
    let writers = talks.iter().map(|talk| write(&ann, talk, &stop, &acknowledged));
    let (_, before) = tokio::join!(futures_util::future::join_all(writers), backing_up);
    process.kill().await;
    for file in [copy, &format!("{copy}.secret")] {
        assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600, "{file}");
    }

    let elsewhere = unlimited(setup.on_an_untouched_database().await);
    let (done, told) = admin(&elsewhere, &["restore", copy]).await;
    assert!(done, "{told}");
    let process = Process::serve(&elsewhere, &address).await;
    // The secret was restored too: who was signed in still is.
    for (talk, before) in talks.iter().zip(before) {
        let there = said(&ann, talk).await;
        assert!(there.starts_with(&before), "{before:?} {there:?}");
    }
    ann.talk().await.say("Goes on").await.expect(201);
    let again = folder.path().join("again.db");
    let (done, told) = admin(&elsewhere, &["backup", again.to_str().unwrap()]).await;
    assert!(done && told.contains("bytes, checked") && told.contains("Not in it: auth.secret"), "{told}");
    process.kill().await;
}

async fn refuse_what_would_lose_something(setup: Setup) {
    let setup = setup.offline();
    let process = Process::serve(&setup, &Address::default()).await;
    let folder = tempfile::tempdir().unwrap();
    let (copy, note) = (folder.path().join("copy.db"), folder.path().join("note.txt"));
    let (copy, note) = (copy.to_str().unwrap(), note.to_str().unwrap());
    fs::write(note, "not a database ".repeat(100)).unwrap();
    let (done, said) = admin(&setup, &["backup", note]).await;
    assert!(!done && said.contains("exists already"), "{said}");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "nothing was begun");
    assert!(admin(&setup, &["backup", copy]).await.0);

    let (done, said) = admin(&setup, &["restore", copy]).await;
    assert!(!done && said.contains("is not empty"), "{said}");
    process.kill().await;
    let (done, said) = admin(&setup, &["restore", copy]).await;
    assert!(!done && said.contains("is not empty"), "{said}");

    let elsewhere = setup.on_an_untouched_database().await;
    for (file, problem) in [(note, "is not a Stead database"), ("/nowhere/copy.db", "there is no file")] {
        let (done, said) = admin(&elsewhere, &["restore", file]).await;
        assert!(!done && said.contains(problem) && said.lines().count() == 1, "{said}");
    }
    let (done, said) = admin(&elsewhere, &["restore", copy]).await;
    assert!(done && said.contains("everybody signs in anew"), "what was refused left nothing behind: {said}");
}
