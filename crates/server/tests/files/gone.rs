//! What goes with a deleted file, thread, account or organization.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::{content_of, path_of, quota::files_below};
use crate::harness::{Account, Setup, eventually, talk::text};

on_both!(
    a_deleted_files_bytes_go,
    a_deleted_threads_files_go_unless_somebody_uses_them,
    a_deleted_accounts_files_go,
    a_deleted_organizations_files_go,
);

fn objects(setup: &Setup) -> PathBuf {
    setup.home.data_dir.path().join("objects")
}

/// Waits until the bytes of so many files are left.
async fn left(folder: &Path, count: usize) {
    eventually(&format!("the bytes of {count} files to be left"), async || {
        (files_below(folder).len() == count).then_some(())
    })
    .await;
}

async fn thread_with(ann: &Account, files: &[&serde_json::Value]) -> String {
    let ids: Vec<_> = files.iter().map(|file| &file["id"]).collect();
    let thread = ann.post("/chat/default/threads", json!({"title": "x"})).await.expect(201);
    let path = format!("/chat/default/threads/{}", text(&thread["id"]));
    ann.post(&format!("{path}/messages"), json!({"content": "x", "file_ids": ids})).await.expect(201);
    path
}

async fn a_deleted_files_bytes_go(setup: Setup) {
    let folder = objects(&setup);
    let stead = setup.start().await;
    let ann = stead.register("ann").await;
    let (file, kept) = (ann.upload("a.txt", "A").await, ann.upload("b.txt", "B").await);
    assert_eq!(files_below(&folder).len(), 2);
    ann.delete(&path_of(&file)).await.expect(204);
    ann.get(&path_of(&file)).await.refused(404, "not_found");
    ann.get(&content_of(&file)).await.refused(404, "not_found");
    left(&folder, 1).await;
    assert_eq!(ann.get(&content_of(&kept)).await.text(), "B");
}

async fn a_deleted_threads_files_go_unless_somebody_uses_them(setup: Setup) {
    let folder = objects(&setup);
    let stead = setup.start().await;
    let ann = stead.register("ann").await;
    let (gone, shared, alone) = (ann.upload("a", "A").await, ann.upload("b", "B").await, ann.upload("c", "C").await);
    let thread = thread_with(&ann, &[&gone, &shared]).await;
    let other = thread_with(&ann, &[&shared]).await;
    ann.delete(&thread).await.expect(204);
    left(&folder, 2).await;
    ann.get(&path_of(&gone)).await.refused(404, "not_found");
    for kept in [&shared, &alone] {
        assert_eq!(ann.get(&content_of(kept)).await.status, 200);
    }
    ann.delete(&other).await.expect(204);
    left(&folder, 1).await;
    ann.get(&path_of(&shared)).await.refused(404, "not_found");
    assert_eq!(ann.get(&content_of(&alone)).await.text(), "C", "what was never attached stays its uploader's");
}

async fn a_deleted_accounts_files_go(setup: Setup) {
    let folder = objects(&setup);
    let stead = setup.start().await;
    let ann = stead.register("ann").await;
    let ben = ann.invite("ben", "member").await;
    let anns = ann.upload("a", "A").await;
    let (attached, _alone) = (ben.upload("b", "B").await, ben.upload("c", "C").await);
    thread_with(&ben, &[&attached]).await;
    assert_eq!(files_below(&folder).len(), 3);
    ben.delete("/users/me").await.expect(204);
    left(&folder, 1).await;
    assert_eq!(ann.get(&content_of(&anns)).await.text(), "A");
}

async fn a_deleted_organizations_files_go(setup: Setup) {
    let folder = objects(&setup);
    let stead = setup.start().await;
    let (ann, bob) = (stead.register("ann").await, stead.register("bob").await);
    let file = ann.upload("a", "A").await;
    ann.upload("b", "B").await;
    thread_with(&ann, &[&file]).await;
    let kept = bob.upload("c", "C").await;
    ann.delete("/users/me").await.expect(204);
    left(&folder, 1).await;
    assert_eq!(bob.get(&content_of(&kept)).await.text(), "C");
}
