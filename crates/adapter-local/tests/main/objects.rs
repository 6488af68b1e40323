use std::{
    fs::{self, File},
    io::Write,
    os::unix::fs::PermissionsExt,
    path::Path,
    sync::Arc,
    time::{Duration, SystemTime},
};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use stead_adapter_local::FolderObjectStore;
use stead_domain::{
    Timestamp,
    ports::{ObjectStore, object_store::ObjectStoreError},
};
use stead_testkit::{
    contracts::object_store::{ENOUGH, ObjectStoreHarness, body, bytes, got, key, put, read},
    gate::Gate,
};
use tempfile::TempDir;

struct Folder {
    store: Arc<FolderObjectStore>,
    folder: TempDir,
}

#[async_trait]
impl ObjectStoreHarness for Folder {
    fn store(&self) -> Arc<dyn ObjectStore> {
        Arc::<FolderObjectStore>::clone(&self.store)
    }

    fn leftovers(&self) -> Option<usize> {
        Some(half_written(self.folder.path()))
    }
}

async fn make() -> Folder {
    let folder = tempfile::tempdir().unwrap();
    Folder { store: Arc::new(FolderObjectStore::open(folder.path()).unwrap()), folder }
}

fn half_written(folder: &Path) -> usize {
    fs::read_dir(folder.join(".uploads")).unwrap().count()
}

mod contract {
    stead_testkit::object_store_contract_tests!(super::make);
}

#[tokio::test]
async fn the_folder_is_its_owners_alone() {
    let outer = tempfile::tempdir().unwrap();
    let folder = outer.path().join("deep/objects");
    let store = FolderObjectStore::open(&folder).unwrap();
    put(&store, &key("secret"), &bytes(10, 1)).await;
    for path in ["deep", "deep/objects", "deep/objects/.uploads", "deep/objects/files/organization"] {
        let mode = fs::metadata(outer.path().join(path)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700, "{path}");
    }
    let mode = fs::metadata(folder.join("files/organization/secret")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test]
async fn what_a_dead_process_left_goes_at_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    put(&FolderObjectStore::open(folder.path()).unwrap(), &key("whole"), &bytes(10, 1)).await;
    File::create(folder.path().join(".uploads/dead")).unwrap().write_all(b"half").unwrap();
    let store = FolderObjectStore::open(folder.path()).unwrap();
    assert_eq!(half_written(folder.path()), 0);
    assert_eq!(got(&store, &key("whole")).await, Some(bytes(10, 1)));
}

#[tokio::test]
async fn what_a_live_process_writes_stays_at_anothers_start_and_cleaning() {
    let folder = tempfile::tempdir().unwrap();
    let store = FolderObjectStore::open(folder.path()).unwrap();
    let gate = Gate::new();
    let waiting = gate.clone();
    let end = stream::once(async move {
        waiting.pass().await;
        Ok(Bytes::from_static(b"the end"))
    });
    let blob = key("long");
    let begun = bytes(2_000_000, 1);
    let mut putting = store.put(&blob, body(&begun).chain(end).boxed(), ENOUGH);
    tokio::select! {
        done = &mut putting => panic!("{done:?}"),
        () = gate.reached() => {}
    }
    let other = FolderObjectStore::open(folder.path()).unwrap();
    let tomorrow = Timestamp::EPOCH.plus(SystemTime::UNIX_EPOCH.elapsed().unwrap() + Duration::from_secs(86_400));
    assert_eq!(other.clean_up(tomorrow).await.unwrap(), 0);
    assert_eq!(half_written(folder.path()), 1);
    gate.open();
    assert_eq!(putting.await.unwrap().size, 2_000_007);
    assert!(got(&other, &blob).await.unwrap().ends_with(b"the end"));
}

#[tokio::test]
async fn cleaning_up_removes_what_is_old_enough() {
    let folder = tempfile::tempdir().unwrap();
    let store = FolderObjectStore::open(folder.path()).unwrap();
    File::create(folder.path().join(".uploads/dead")).unwrap();
    assert_eq!(store.clean_up(Timestamp::EPOCH).await.unwrap(), 0);
    let tomorrow = Timestamp::EPOCH.plus(SystemTime::UNIX_EPOCH.elapsed().unwrap() + Duration::from_secs(86_400));
    assert_eq!(store.clean_up(tomorrow).await.unwrap(), 1);
    assert_eq!(half_written(folder.path()), 0);
}

#[tokio::test]
async fn a_file_that_was_cut_short_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let store = FolderObjectStore::open(folder.path()).unwrap();
    put(&store, &key("cut"), &bytes(1_000_000, 1)).await;
    let object = store.get(&key("cut"), None).await.unwrap().unwrap();
    let file = File::options().write(true).open(folder.path().join("files/organization/cut")).unwrap();
    file.set_len(400_000).unwrap();
    assert!(matches!(read(object.body).await, Err(ObjectStoreError::Unavailable(_))));
}

#[tokio::test]
async fn what_others_put_in_the_folder_is_no_blob() {
    let folder = tempfile::tempdir().unwrap();
    let store = FolderObjectStore::open(folder.path()).unwrap();
    put(&store, &key("ours"), &bytes(10, 1)).await;
    fs::write(folder.path().join("notes.txt"), "x").unwrap();
    fs::write(folder.path().join("files/notes"), "x").unwrap();
    fs::write(folder.path().join("files/organization/.DS_Store"), "x").unwrap();
    fs::create_dir(folder.path().join("files/organization/folder")).unwrap();
    let listed = store.list("", None, 100).await.unwrap();
    assert_eq!(listed.into_iter().map(|object| object.key).collect::<Vec<_>>(), [key("ours")]);
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_an_error_that_says_why() {
    let file = tempfile::NamedTempFile::new().unwrap();
    assert!(FolderObjectStore::open(file.path()).is_err());
    let folder = tempfile::tempdir().unwrap();
    let store = FolderObjectStore::open(folder.path()).unwrap();
    // A file where a folder should be.
    fs::write(folder.path().join("files"), "x").unwrap();
    let failed = store.put(&key("blob"), body(&bytes(10, 1)), ENOUGH).await;
    let Err(ObjectStoreError::Unavailable(cause)) = failed else { panic!("{failed:?}") };
    assert!(cause.downcast_ref::<std::io::Error>().is_some());
    assert_eq!(half_written(folder.path()), 0);
}
