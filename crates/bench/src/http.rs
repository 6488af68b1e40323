//! Requests through the whole house: sends without a model, the latest messages, the smallest read.

use std::{sync::Arc, time::Duration};

use serde_json::json;
use stead_domain::{
    page::{Page, PageLimit, Position},
    ports::store::{Branches, MessageFilter},
};
use stead_testkit::builders::Seed;

use crate::{
    house::{House, client},
    measure::{Line, a_second, of, rate},
    raw::Raw,
    sends::TEXT,
    store::Database,
};

const DURING: Duration = Duration::from_secs(3);
const LATEST: usize = 50;

/// Messages that are imported: stored without a run, by 1 and by 64 clients, each in a thread of their own.
pub async fn sends(house: &House, name: &str, token: &str, floor: &Raw) -> anyhow::Result<Line> {
    let key = house.key(token).await?;
    let threads = house.threads(token, 64).await?;
    let mut figures = Vec::new();
    for (of_clients, clients) in [("1 client", 1), ("64 clients", 64)] {
        let http = client()?;
        let sends = rate(clients, DURING, |number| {
            let request =
                http.post(&threads[number]).bearer_auth(&key).json(&json!({"content": TEXT, "role": "assistant"}));
            repeated(&http, request)
        });
        let sends = sends.await?;
        let beside = if clients == 1 { String::new() } else { of(sends, &[("one each, 32 writers", floor.each)]) };
        figures.push((of_clients, format!("{}{beside}", a_second(sends))));
    }
    Ok(Line { what: format!("{name}: (a) HTTP, import a message"), figures })
}

/// The latest 50 of 500 messages, beside the same question put to the store.
pub async fn latest(house: &House, token: &str, database: &Database) -> anyhow::Result<Line> {
    let key = house.key(token).await?;
    let thread = house.threads(token, 1).await?.remove(0);
    let http = client()?;
    for number in 0..500 {
        let body = json!({"content": format!("{TEXT} {number}"), "role": "assistant"});
        http.post(&thread).bearer_auth(&key).json(&body).send().await?.error_for_status()?;
    }
    let mut seed = Seed::commit(database.store.as_ref()).await;
    seed.thread = seed.another_thread(database.store.as_ref()).await;
    seed.messages(database.store.as_ref(), 500).await;
    let mut figures = Vec::new();
    for (of_clients, clients) in [("1 client", 1), ("32 clients", 32)] {
        let through =
            rate(clients, DURING, |_| repeated(&http, http.get(format!("{thread}?limit={LATEST}")).bearer_auth(token)));
        let through = through.await?;
        let straight = straight(database, &seed, clients).await?;
        figures.push((of_clients, format!("{}{}", a_second(through), of(through, &[("the adapter's", straight)]))));
    }
    Ok(Line { what: format!("{}: (b) HTTP, latest {LATEST} of 500", database.name), figures })
}

async fn straight(database: &Database, seed: &Seed, tasks: usize) -> anyhow::Result<f64> {
    let page = Page { position: Position::Newest, limit: PageLimit::parse(i64::try_from(LATEST)?)? };
    let (organization, conversation) = (seed.organization.id, seed.thread.id);
    let filter = MessageFilter { organization, conversation, branches: Branches::Active, page };
    rate(tasks, DURING, |_| {
        let store = Arc::clone(&database.store);
        move || {
            let store = Arc::clone(&store);
            async move {
                let found = store.list_messages(filter).await?.items.len();
                anyhow::ensure!(found == LATEST, "{found} messages were found");
                Ok(())
            }
        }
    })
    .await
}

/// Reads that ask the database little.
pub async fn reads(house: &House, name: &str, token: &str) -> anyhow::Result<Line> {
    let mut figures = Vec::new();
    for (what, path) in [("GET /users/me", "users/me"), ("GET threads", "chat/default/threads")] {
        let url = format!("{}/api/v1/{path}", house.url);
        figures.push((what, a_second(requests_a_second(&url, Some(token)).await?)));
    }
    Ok(Line { what: format!("{name}: HTTP, reads by 32 clients"), figures })
}

/// How many GETs a second 32 clients make together.
pub async fn requests_a_second(url: &str, token: Option<&str>) -> anyhow::Result<f64> {
    let http = client()?;
    rate(32, DURING, |_| {
        let request = http.get(url);
        repeated(&http, if let Some(token) = token { request.bearer_auth(token) } else { request })
    })
    .await
}

/// A request that is made again and again.
pub fn repeated(
    http: &reqwest::Client,
    request: reqwest::RequestBuilder,
) -> impl FnMut() -> std::pin::Pin<Box<dyn Future<Output = anyhow::Result<()>> + Send>> + Send + 'static + use<> {
    let (http, request) = (http.clone(), request.build());
    move || {
        let request = request.as_ref().ok().and_then(reqwest::Request::try_clone);
        let http = http.clone();
        Box::pin(async move {
            let request = request.ok_or_else(|| anyhow::anyhow!("a request cannot be repeated"))?;
            let answer = http.execute(request).await?;
            let status = answer.status();
            let body = answer.bytes().await?;
            anyhow::ensure!(status.is_success(), "{status} {}", String::from_utf8_lossy(&body));
            Ok(())
        })
    }
}
