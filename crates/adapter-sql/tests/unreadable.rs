//! A value that this version does not know is an error, never a panic, and says nothing of what the row holds.

use std::error::Error;

use diesel::{Connection, SqliteConnection, connection::SimpleConnection};
use stead_domain::ports::{Store, store::StoreError};
use stead_testkit::builders::Seed;

use crate::stores::{self, SqliteFile};

const STATEMENTS: [&str; 3] = [
    "UPDATE agents SET visibility = 'sekrit'",
    "UPDATE agents SET visibility = 'private', handle = 'Sekrit Handle'",
    "UPDATE agents SET handle = 'fine', temperature = 7.5",
];

fn told(error: &dyn Error) -> String {
    let cause = error.source().map(told).unwrap_or_default();
    format!("{error}: {cause}")
}

async fn is_internal(store: &dyn Store, seed: &Seed, statement: &str) {
    let error = store.find_agent(seed.organization.id, seed.agent.id).await.unwrap_err();
    assert!(matches!(error, StoreError::Internal(_)), "{statement}: {error:?}");
    let told = told(&error);
    assert!(!told.to_lowercase().contains("sekrit") && !told.contains("7.5"), "{told}");
    assert!(store.find_user(seed.organization.id, seed.owner.id).await.unwrap().is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_value_in_sqlite_is_internal() {
    let file = SqliteFile::new();
    let store = file.open();
    let seed = Seed::commit(&store).await;
    let mut beside = SqliteConnection::establish(file.path().to_str().unwrap()).unwrap();
    beside.batch_execute("PRAGMA busy_timeout = 5000").unwrap();
    for statement in STATEMENTS {
        beside.batch_execute(statement).unwrap();
        is_internal(&store, &seed, statement).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_value_in_postgres_is_internal() {
    let (store, database) = stores::postgres().await;
    let seed = Seed::commit(&*store).await;
    let beside = database.client().await.unwrap();
    for statement in STATEMENTS {
        beside.batch_execute(statement).await.unwrap();
        is_internal(&*store, &seed, statement).await;
    }
}
