//! How long a house takes to be ready, and what it has in memory when nothing happens.

use std::time::Duration;

use crate::{
    house::Ground,
    measure::{Line, millis},
};

pub async fn measure(ground: &Ground) -> anyhow::Result<Line> {
    let first = ground.open().await?;
    let first_ready = first.ready_after;
    first.close().await?;
    let second = ground.open().await?;
    // What the start took has been given back by then.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let figures = vec![
        ("start to ready, new", millis(first_ready)),
        ("again", millis(second.ready_after)),
        ("idle memory", format!("{:.1} MiB", second.memory()?)),
    ];
    second.close().await?;
    Ok(Line { what: format!("{}: (e) the binary", ground.name), figures })
}
