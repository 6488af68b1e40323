//! One message to everybody's WebSocket, beside a bare broadcast in turns with it: how long from the request that sends it
//! until each has it, whether each has it once, and what a connected socket takes of the server's memory.

use std::time::{Duration, Instant};

use anyhow::Context;
use serde_json::json;

use crate::{
    broadcast::Broadcast,
    house::{Ground, House, On},
    measure::{Line, Times, millis},
    people::{Person, id_of},
    sends::TEXT,
    sockets::{Audience, MARK, Took},
};

const ROUNDS: usize = 40;
/// The first ones are not counted: they bring what everybody needs into memory.
const WARM_UP: usize = 3;
/// Between two, so that one does not wait for the other.
const PAUSE: Duration = Duration::from_millis(50);

pub async fn measure(on: On) -> anyhow::Result<Vec<Line>> {
    let mut lines = Vec::new();
    for people in [500, 2_000] {
        let ground = Ground::new(on).await?.for_many_people();
        let house = ground.open().await?;
        lines.extend(to_so_many(&house, ground.name, people).await?);
        house.close().await?;
    }
    Ok(lines)
}

async fn to_so_many(house: &House, name: &str, count: usize) -> anyhow::Result<Vec<Line>> {
    let founder = house.found().await?;
    let invited = house.invite(&founder, count - 1).await?;
    let tokens: Vec<Option<&str>> =
        [&founder].into_iter().chain(&invited).map(|one| Some(one.token.as_str())).collect();
    let general = general(house, &founder).await?;
    let before = house.memory()?;
    let begun = Instant::now();
    let audience = Audience::open(&format!("{}/api/v1/realtime", house.url), &tokens, ROUNDS).await?;
    let opened = begun.elapsed();
    audience.quiet().await;
    let quiet = begun.elapsed();
    let each = (house.memory()? - before) * 1_024.0 / f64::from(u32::try_from(count)?);

    let floor = Broadcast::start().await?;
    let bare = Audience::open(&floor.url, &vec![None; count], ROUNDS).await?;
    let (mut took, mut floor_took) = (All::default(), All::default());
    for round in 0..ROUNDS {
        let begun = Instant::now();
        house.say(&founder, &general, &format!("{MARK}{round}; {TEXT}")).await?;
        let heard = audience.took(round, begun).await?;
        tokio::time::sleep(PAUSE).await;

        let same = audience.sample()?.replacen(&format!("{MARK}0;"), &format!("{MARK}{round};"), 1);
        let begun = Instant::now();
        house.http.post(&floor.url).body(same).send().await?.error_for_status()?;
        let floor_heard = bare.took(round, begun).await?;
        tokio::time::sleep(PAUSE).await;
        if round >= WARM_UP {
            took.add(heard);
            floor_took.add(floor_heard);
        }
    }
    let (took, floor_took) = (took.of(), floor_took.of());
    let opening = vec![
        ("memory each", format!("{each:.1} KiB")),
        ("opened in", millis(opened)),
        ("nothing was told any more after", millis(quiet)),
    ];
    Ok(vec![
        Line {
            what: format!("{name}: floor, a bare broadcast to {count} WebSockets"),
            figures: floor_took.figures(None),
        },
        Line { what: format!("{name}: one message to {count} WebSockets"), figures: took.figures(Some(&floor_took)) },
        Line { what: format!("{name}: {count} WebSockets, idle"), figures: opening },
    ])
}

/// The channel that everybody is in.
async fn general(house: &House, founder: &Person) -> anyhow::Result<String> {
    let mine = house.get("/channels/me", &founder.token).await?;
    let general = mine["channels"].as_array().and_then(|all| all.iter().find(|one| one["name"] == json!("general")));
    id_of(general.context("there is a channel of all")?)
}

/// What rounds took.
#[derive(Default)]
struct All {
    each: Vec<Duration>,
    last: Vec<Duration>,
    lost: usize,
    doubled: usize,
}

struct Summed {
    each: Times,
    last: Times,
    lost: usize,
    doubled: usize,
}

impl All {
    fn add(&mut self, took: Took) {
        self.last.extend(took.each.iter().max());
        self.each.extend(took.each);
        self.lost += took.lost;
        self.doubled += took.doubled;
    }

    fn of(self) -> Summed {
        Summed { each: Times::new(self.each), last: Times::new(self.last), lost: self.lost, doubled: self.doubled }
    }
}

impl Summed {
    fn figures(&self, floor: Option<&Self>) -> Vec<(&'static str, String)> {
        let beside = |time: Duration, floor: Option<Duration>| {
            let times = floor.map(|floor| format!(" ({:.2} times)", time.as_secs_f64() / floor.as_secs_f64()));
            format!("{}{}", millis(time), times.unwrap_or_default())
        };
        let of = |at: fn(&Self) -> Duration| beside(at(self), floor.map(at));
        vec![
            ("each p50", of(|all| all.each.median())),
            ("p99", of(|all| all.each.p99())),
            ("the last p50", of(|all| all.last.median())),
            ("p99", of(|all| all.last.p99())),
            ("lost", self.lost.to_string()),
            ("twice", self.doubled.to_string()),
        ]
    }
}
