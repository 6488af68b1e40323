//! Sends while both indexes follow them, beside the same with nobody following: the right to follow is taken away in the
//! database, as another process would. In turns, and with all that was sent indexed in between.

use std::time::{Duration, Instant};

use anyhow::Context;
use diesel::{
    Connection, QueryableByName, RunQueryDsl, SqliteConnection,
    sql_types::{BigInt, Nullable},
};
use serde_json::json;

use crate::{
    house::{Ground, House, On, client},
    http::repeated,
    measure::{Line, a_second, rate},
    people::Person,
    raw,
    sends::TEXT,
    store::Place,
};

const CLIENTS: usize = 32;
const DURING: Duration = Duration::from_secs(4);
const TURNS: usize = 3;
/// Whoever followed has seen by then that it may not any more, or that it may.
const HAND_OVER: Duration = Duration::from_millis(2_500);
const PATIENCE: Duration = Duration::from_secs(300);

const TAKEN_IN_SQLITE: &str =
    "UPDATE log_cursors SET lease_owner = randomblob(16), lease_until = 9000000000000000, fence = fence + 1;";
const GIVEN_BACK_IN_SQLITE: &str = "UPDATE log_cursors SET lease_owner = NULL, lease_until = NULL;";
const TAKEN_IN_POSTGRES: &str = "UPDATE log_cursors SET lease_owner = gen_random_uuid(), lease_until = now() + interval '1 day', fence = fence + 1;";
const GIVEN_BACK_IN_POSTGRES: &str = "UPDATE log_cursors SET lease_owner = NULL, lease_until = NULL;";
/// Whether an index has not taken everything, in the order of the log; nothing where there is none.
const BEHIND: &str = "SELECT max(CASE WHEN l.position IS NULL OR EXISTS (SELECT 1 FROM events e \
        WHERE (e.epoch, e.transaction_id, e.position) > (l.epoch, l.transaction_id, l.position)) \
        THEN CAST(1 AS bigint) ELSE 0 END) AS behind FROM log_cursors l";

pub async fn measure(on: On) -> anyhow::Result<Line> {
    let ground = Ground::new(on).await?;
    let place = ground.place();
    let house = ground.open().await?;
    let founder = house.found().await?;
    let channel = house.channel(&founder, &json!({"kind": "private", "name": "Hot"})).await?;
    // Everything there is by then is indexed, and both follow.
    sends(&house, &founder, &channel, Duration::from_secs(1)).await?;
    caught_up(&place).await?;
    let (mut alone, mut followed, mut late) = (0.0, 0.0, Duration::ZERO);
    for _ in 0..TURNS {
        raw::run(&place, TAKEN_IN_SQLITE, TAKEN_IN_POSTGRES).await?;
        tokio::time::sleep(HAND_OVER).await;
        alone += sends(&house, &founder, &channel, DURING).await?;
        raw::run(&place, GIVEN_BACK_IN_SQLITE, GIVEN_BACK_IN_POSTGRES).await?;
        caught_up(&place).await?;
        tokio::time::sleep(HAND_OVER).await;
        followed += sends(&house, &founder, &channel, DURING).await?;
        late = late.max(caught_up(&place).await?);
    }
    house.close().await?;
    #[expect(clippy::cast_precision_loss, reason = "a small count")]
    let each = |sum: f64| sum / TURNS as f64;
    Ok(Line {
        what: format!("{}: sends of {CLIENTS} clients", ground.name),
        figures: vec![
            ("nobody follows", a_second(each(alone))),
            ("both indexes follow", format!("{} ({:.2} of it)", a_second(each(followed)), followed / alone)),
            ("behind after the last send for", format!("{:.2} s", late.as_secs_f64())),
        ],
    })
}

async fn sends(house: &House, by: &Person, channel: &str, during: Duration) -> anyhow::Result<f64> {
    let http = client()?;
    let url = format!("{}/api/v1/channels/{channel}/messages", house.url);
    let request = |_| repeated(&http, http.post(&url).bearer_auth(&by.token).json(&json!({"content": TEXT})));
    rate(CLIENTS, during, request).await
}

/// How long it takes until the indexes have taken everything that happened.
pub async fn caught_up(place: &Place) -> anyhow::Result<Duration> {
    let begun = Instant::now();
    while behind(place).await? > 0 {
        anyhow::ensure!(begun.elapsed() < PATIENCE, "the indexes do not catch up");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(begun.elapsed())
}

#[derive(QueryableByName)]
struct Behind {
    #[diesel(sql_type = Nullable<BigInt>)]
    behind: Option<i64>,
}

async fn behind(place: &Place) -> anyhow::Result<i64> {
    let behind = match place {
        Place::Sqlite(path) => {
            let path = path.to_string_lossy().into_owned();
            let asking = move || -> anyhow::Result<Behind> {
                Ok(diesel::sql_query(BEHIND).get_result(&mut SqliteConnection::establish(&path)?)?)
            };
            tokio::task::spawn_blocking(asking).await??.behind
        }
        Place::Postgres(url) => raw::connect(url).await?.query_one(BEHIND, &[]).await?.get("behind"),
    };
    behind.context("nobody follows, or nothing has happened")
}
