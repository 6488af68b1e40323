//! The bytes of files: a plain copy, then the same through each store of blobs.

use std::{
    fs::File,
    io::{Read, Write},
    path::Path,
    time::Instant,
};

use anyhow::Context;
use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use stead_adapter_local::FolderObjectStore;
use stead_adapter_s3::{S3Config, S3ObjectStore};
use stead_domain::ports::{
    ObjectStore,
    object_store::{ObjectBody, ObjectKey},
};
use stead_testkit::s3_server::S3Server;

use crate::measure::{Line, of};

const MEBIBYTE: usize = 1024 * 1024;
/// The size of a blob, in MiB.
const SIZE: usize = 64;
const TIMES: usize = 5;

/// MiB a second, written to the disk and read again.
pub struct Speeds {
    pub write: f64,
    pub read: f64,
}

/// A file that is written, is on the disk, and is read again.
pub fn plain(folder: &Path) -> anyhow::Result<(Speeds, Line)> {
    let path = folder.join("plain");
    let piece = vec![0x5a; MEBIBYTE];
    let began = Instant::now();
    for _ in 0..TIMES {
        let mut file = File::create(&path)?;
        for _ in 0..SIZE {
            file.write_all(&piece)?;
        }
        file.sync_all()?;
    }
    let write = speed(began);
    let mut piece = vec![0; MEBIBYTE];
    let began = Instant::now();
    for _ in 0..TIMES {
        let mut file = File::open(&path)?;
        while file.read(&mut piece)? > 0 {}
    }
    let speeds = Speeds { write, read: speed(began) };
    let line = line("a plain file of 64 MiB", &speeds, None);
    Ok((speeds, line))
}

/// The store in a folder.
pub async fn folder(folder: &Path, floor: &Speeds) -> anyhow::Result<Line> {
    let store = FolderObjectStore::open(&folder.join("objects"))?;
    Ok(line("objects in a folder, 64 MiB", &through(&store).await?, Some(floor)))
}

/// The store on S3: a server in this process, so that both share its cores.
pub async fn s3(floor: &Speeds) -> anyhow::Result<Line> {
    let server = S3Server::start().await;
    let (access_key, secret_key) = (S3Server::ACCESS_KEY.to_owned(), S3Server::SECRET_KEY.to_owned());
    let endpoint = Some(server.endpoint().parse()?);
    let config = S3Config::new(S3Server::BUCKET, None, endpoint, access_key.into(), secret_key.into())?;
    let store = S3ObjectStore::new(&config)?;
    Ok(line("objects on S3 (in this process), 64 MiB", &through(&store).await?, Some(floor)))
}

async fn through(store: &dyn ObjectStore) -> anyhow::Result<Speeds> {
    let key = ObjectKey::parse("files/bench/blob")?;
    let began = Instant::now();
    for _ in 0..TIMES {
        store.put(&key, body(), u64::MAX).await?;
    }
    let write = speed(began);
    let began = Instant::now();
    for _ in 0..TIMES {
        let mut object = store.get(&key, None).await?.context("the blob is there")?;
        while object.body.try_next().await?.is_some() {}
    }
    Ok(Speeds { write, read: speed(began) })
}

fn body() -> ObjectBody {
    let piece = Bytes::from(vec![0x5a; 64 * 1024]);
    stream::iter((0..SIZE * 16).map(move |_| Ok(piece.clone()))).boxed()
}

fn speed(began: Instant) -> f64 {
    (SIZE * TIMES) as f64 / began.elapsed().as_secs_f64()
}

fn line(what: &str, speeds: &Speeds, floor: Option<&Speeds>) -> Line {
    let figure = |speed: f64, floor: Option<f64>| {
        let beside = floor.map(|floor| of(speed, &[("plain", floor)])).unwrap_or_default();
        format!("{speed:.0} MiB/s{beside}")
    };
    let figures = vec![
        ("write", figure(speeds.write, floor.map(|floor| floor.write))),
        ("read", figure(speeds.read, floor.map(|floor| floor.read))),
    ];
    Line { what: what.to_owned(), figures }
}
