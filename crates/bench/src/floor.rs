//! What the machine gives at most: the smallest write through the same database, a handler that does nothing.

use std::{net::TcpListener, sync::Arc, time::Duration};

use actix_web::{App, HttpServer, web};
use serde_json::json;
use stead_domain::ports::store::Change;
use stead_testkit::builders::{self, Seed};

use crate::{
    http::requests_a_second,
    measure::{Line, rate},
    store::Database,
};

/// One row without anything around it: a line of the audit log, by 1 and by 32 writers.
pub async fn inserts(database: &Database) -> anyhow::Result<Line> {
    let seed = Seed::commit(database.store.as_ref()).await;
    let mut figures = Vec::new();
    for (name, writers) in [("1 writer", 1), ("32 writers", 32)] {
        let a_second = rate(writers, Duration::from_secs(3), |_| {
            let (store, owner, thread) = (Arc::clone(&database.store), seed.owner.clone(), seed.thread.clone());
            move || {
                let commit = builders::commit([Change::Audit(builders::audit(&owner, &thread))]);
                let store = Arc::clone(&store);
                async move { store.commit(commit).await.map(drop).map_err(Into::into) }
            }
        });
        figures.push((name, crate::measure::a_second(a_second.await?)));
    }
    Ok(Line { what: format!("{}: floor, one bare row a commit", database.name), figures })
}

/// A handler that answers a constant.
pub async fn hello() -> anyhow::Result<Line> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let url = format!("http://{}/", listener.local_addr()?);
    let app = || App::new().route("/", web::get().to(async || web::Json(json!({"hello": "world"}))));
    let server = HttpServer::new(app).workers(1).disable_signals().listen(listener)?.run();
    let handle = server.handle();
    let (served, a_second) = tokio::join!(server, async {
        let a_second = requests_a_second(&url, None).await;
        handle.stop(false).await;
        a_second
    });
    served?;
    let a_second = a_second?;
    Ok(Line {
        what: "HTTP: floor, a handler that says hello".to_owned(),
        figures: vec![("", format!("{a_second:.0}/s"))],
    })
}
