use std::future::IntoFuture;

use serde_json::Value;
use tokio::task::JoinSet;

use super::path_of;
use crate::harness::{Setup, Stead, eventually};

on_both!(an_organization_has_so_much_room, uploads_at_once_take_no_more_than_the_room);

async fn small(setup: Setup) -> Stead {
    setup.setting("STEAD_LIMITS__STORAGE_BYTES", 1_000).start().await
}

async fn an_organization_has_so_much_room(setup: Setup) {
    let home = setup.home.clone();
    let stead = small(setup).await;
    let (ann, bob) = (stead.register("ann").await, stead.register("bob").await);
    let ben = ann.invite("ben", "member").await;
    let first = ann.upload("a", [b'x'; 600]).await;
    ben.post_nothing("/files").file("b", [b'x'; 401]).await.refused(409, "storage_full");
    ben.upload("b", [b'x'; 400]).await;
    ann.post_nothing("/files").file("c", "x").await.refused(409, "storage_full");
    ann.post_nothing("/files").file("c", "").await.refused(409, "storage_full");
    bob.upload("a", [b'x'; 1_000]).await;
    ann.delete(&path_of(&first)).await.expect(204);
    ann.upload("c", [b'x'; 600]).await;
    let folder = home.data_dir.path().join("objects");
    eventually("the bytes of what was refused or deleted to be gone", async || {
        (files_below(&folder).len() == 3).then_some(())
    })
    .await;
}

async fn uploads_at_once_take_no_more_than_the_room(setup: Setup) {
    let stead = small(setup).await;
    let ann = stead.register("ann").await;
    let mut uploads = JoinSet::new();
    for _ in 0..12 {
        uploads.spawn(ann.post_nothing("/files").file("a", [b'x'; 300]).into_future());
    }
    let mut made = 0;
    for answer in uploads.join_all().await {
        match answer.status {
            201 => made += 1,
            _ => drop(answer.refused(409, "storage_full")),
        }
    }
    let files = ann.get("/files").await.expect(200);
    let sizes: Vec<&Value> = files["files"].as_array().unwrap().iter().map(|file| &file["size"]).collect();
    assert_eq!((made, sizes), (3, vec![&Value::from(300); 3]));
}

/// Every file below a folder.
pub fn files_below(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}
