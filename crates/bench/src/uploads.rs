//! Uploads and downloads through the whole house, and what it has in memory meanwhile.

use std::time::{Duration, Instant};

use bytes::Bytes;
use serde_json::Value;
use tokio::task::JoinSet;

use crate::{
    house::{Ground, client},
    measure::{Line, of},
    objects::Speeds,
};

/// A file that is as large as one may be, but for its form.
const FILE: usize = 50 * 1024 * 1024;
/// How many are uploaded at once.
const AT_ONCE: usize = 20;
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// One file, up and down; then a gigabyte in many uploads at once.
pub async fn measure(ground: &Ground, floor: &Speeds) -> anyhow::Result<Vec<Line>> {
    let house = ground.open().await?;
    let token = house.register().await?;
    let form = form();
    upload(&house.url, &token, &form).await?;
    let began = Instant::now();
    let file = upload(&house.url, &token, &form).await?;
    let up = speed(1, began);
    let began = Instant::now();
    download(&house.url, &token, &file).await?;
    let down = speed(1, began);
    let one = Line {
        what: format!("{}: HTTP, a file of 50 MiB", ground.name),
        figures: vec![
            ("upload", format!("{up:.0} MiB/s{}", of(up, &[("plain", floor.write)]))),
            ("download", format!("{down:.0} MiB/s{}", of(down, &[("plain", floor.read)]))),
        ],
    };
    let before = house.memory()?;
    let began = Instant::now();
    let mut uploads = JoinSet::new();
    for _ in 0..AT_ONCE {
        let (url, token, form) = (house.url.clone(), token.clone(), form.clone());
        uploads.spawn(async move { upload(&url, &token, &form).await });
    }
    let mut most = before;
    let mut look = tokio::time::interval(LOOK_EVERY);
    loop {
        tokio::select! {
            uploaded = uploads.join_next() => match uploaded {
                Some(uploaded) => drop(uploaded??),
                None => break,
            },
            _ = look.tick() => most = most.max(house.memory()?),
        }
    }
    let together = speed(AT_ONCE, began);
    let many = Line {
        what: format!("{}: HTTP, {AT_ONCE} uploads of 50 MiB at once", ground.name),
        figures: vec![
            ("together", format!("{together:.0} MiB/s{}", of(together, &[("plain", floor.write)]))),
            ("memory before", format!("{before:.0} MiB")),
            ("at most", format!("{most:.0} MiB")),
        ],
    };
    house.close().await?;
    Ok(vec![one, many])
}

async fn upload(url: &str, token: &str, form: &Bytes) -> anyhow::Result<Value> {
    let request = client()?.post(format!("{url}/api/v1/files")).bearer_auth(token);
    let request = request.header("content-type", "multipart/form-data; boundary=a-boundary").body(form.clone());
    let answer = request.send().await?;
    let status = answer.status();
    let text = answer.text().await?;
    anyhow::ensure!(status.is_success(), "an upload: {status} {text}");
    Ok(serde_json::from_str(&text)?)
}

async fn download(url: &str, token: &str, file: &Value) -> anyhow::Result<()> {
    let id = file["id"].as_str().unwrap_or_default();
    let request = client()?.get(format!("{url}/api/v1/files/{id}/content")).bearer_auth(token);
    let mut answer = request.send().await?.error_for_status()?;
    let mut bytes = 0;
    while let Some(piece) = answer.chunk().await? {
        bytes += piece.len();
    }
    anyhow::ensure!(bytes == FILE, "a download of {bytes} bytes");
    Ok(())
}

/// A form with one file. What is in it nobody understands: nothing is done with it afterwards.
fn form() -> Bytes {
    let mut form =
        b"--a-boundary\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.bin\"\r\n\r\n".to_vec();
    form.resize(form.len() + FILE, 0xa5);
    form.extend_from_slice(b"\r\n--a-boundary--\r\n");
    form.into()
}

fn speed(files: usize, began: Instant) -> f64 {
    (files * FILE / 1024 / 1024) as f64 / began.elapsed().as_secs_f64()
}
