//! What a child gets, and what becomes of one that does not behave. A shell stands in for it.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use stead_adapter_extract::{Limits, ProcessExtractor, Program};
use stead_domain::ports::{
    TextExtractor,
    text_extractor::{Document, ExtractError},
};
use stead_testkit::contracts::text_extractor::document;

const PATIENCE: Duration = Duration::from_secs(10);

fn shell(script: &str, limits: Limits) -> ProcessExtractor {
    ProcessExtractor::new(Program::new("/bin/sh", &["-c", script, "sh"]), limits)
}

fn hasty() -> Limits {
    Limits { wall: Duration::from_millis(200), source_idle: Duration::from_millis(200), ..Limits::default() }
}

/// This process's children, zombies among them.
fn children() -> String {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    tasks.filter_map(|task| std::fs::read_to_string(task.unwrap().path().join("children")).ok()).collect()
}

#[tokio::test]
async fn a_child_has_no_environment_and_no_files_of_ours() {
    let kept_open = std::env::temp_dir().join(format!("stead-canary-{}", std::process::id()));
    let file = std::fs::File::create(&kept_open).unwrap();
    let script = r#"text="$(/usr/bin/env; /bin/ls -l /proc/$$/fd; /bin/pwd)"
        text="$(printf '%s' "$text" | /usr/bin/tr '\n' ' ')"
        printf '\036{"piece":{"place":"document","text":"%s"}}\n\036{"done":{"incomplete":false}}\n' "$text""#;
    let read = shell(script, Limits::default()).extract(document(b"a".to_vec(), "", "a")).await.unwrap();
    drop(file);
    std::fs::remove_file(&kept_open).unwrap();
    let seen = &read.pieces[0].text;
    assert!(!seen.contains("HOME=") && !seen.contains("CARGO") && !seen.contains("canary"), "{seen}");
    assert!(seen.trim_end().ends_with(" /"), "{seen}");
}

#[tokio::test]
async fn a_child_that_does_not_end_is_ended() {
    for script in ["/bin/cat > /dev/null; exec /bin/sleep 100", "exec /bin/sleep 100"] {
        let began = Instant::now();
        let error = shell(script, hasty()).extract(document(vec![b'a'; 1_000_000], "", "a")).await.unwrap_err();
        assert!(matches!(error, ExtractError::TimedOut), "{error:?}");
        assert!(began.elapsed() < PATIENCE);
        assert_eq!(children(), "");
    }
}

#[tokio::test]
async fn a_child_that_floods_is_cut_off() {
    let error =
        shell("exec /usr/bin/yes", Limits::default()).extract(document(b"a".to_vec(), "", "a")).await.unwrap_err();
    assert!(matches!(error, ExtractError::TooLarge), "{error:?}");
    let complains =
        shell("exec /usr/bin/yes >&2", hasty()).extract(document(b"a".to_vec(), "", "a")).await.unwrap_err();
    assert!(matches!(complains, ExtractError::TimedOut), "{complains:?}");
    assert_eq!(children(), "");
}

#[tokio::test]
async fn what_cannot_be_started_may_be_tried_again() {
    let missing = ProcessExtractor::new(Program::new("/nowhere/stead", &[]), Limits::default());
    let error = missing.extract(document(b"a".to_vec(), "", "a")).await.unwrap_err();
    assert!(error.is_retryable(), "{error:?}");
    let other = shell("exit 7", Limits::default()).extract(document(b"a".to_vec(), "", "a")).await.unwrap_err();
    assert!(other.is_retryable(), "{other:?}");
}

#[tokio::test]
async fn a_document_that_does_not_come_may_be_tried_again() {
    let body = stream::iter([Ok(Bytes::from_static(b"half"))]).chain(stream::pending()).boxed();
    let document = Document { body, content_type: String::new(), name: "a.txt".to_owned() };
    let error = super::extractor(hasty()).extract(document).await.unwrap_err();
    assert!(error.is_retryable(), "{error:?}");
    assert_eq!(children(), "");
}

#[tokio::test]
async fn a_child_ends_with_the_wish_for_it() {
    let note = std::env::temp_dir().join(format!("stead-child-{}", std::process::id()));
    let extractor = shell(
        &format!("echo $$ > {0}.new; /bin/mv {0}.new {0}; exec /bin/sleep 100", note.display()),
        Limits::default(),
    );
    let mut reading = tokio::task::JoinSet::new();
    reading.spawn(async move { extractor.extract(document(b"a".to_vec(), "", "a")).await.map(drop) });
    until(|| note.exists()).await;
    let pid = std::fs::read_to_string(&note).unwrap();
    reading.shutdown().await;
    let process = format!("/proc/{}", pid.trim());
    until(|| !Path::new(&process).exists()).await;
    std::fs::remove_file(&note).unwrap();
}

#[tokio::test]
async fn only_so_many_are_at_work_at_once() {
    let folder = std::env::temp_dir().join(format!("stead-at-work-{}", std::process::id()));
    std::fs::create_dir(&folder).unwrap();
    // Each notes that it is there, waits a moment and counts.
    let script = format!(
        "cd {}; : > $$; /bin/sleep 0.1; n=$(/bin/ls | /usr/bin/wc -l); /bin/rm $$
        printf '\\036{{\"piece\":{{\"place\":\"document\",\"text\":\"%s\"}}}}\\n\\036{{\"done\":{{\"incomplete\":false}}}}\\n' $n",
        folder.display()
    );
    let extractor = shell(&script, Limits { at_once: 2, ..Limits::default() });
    let reading = (0..6).map(|_| extractor.extract(document(b"a".to_vec(), "", "a")));
    let most = futures_util::future::join_all(reading).await;
    let most = most.into_iter().map(|read| read.unwrap().pieces[0].text.trim().parse::<u32>().unwrap()).max();
    std::fs::remove_dir(&folder).unwrap();
    assert_eq!(most, Some(2));
}

async fn until(mut done: impl FnMut() -> bool) {
    let began = Instant::now();
    while !done() {
        assert!(began.elapsed() < PATIENCE, "waited too long");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
