//! What nodes tell each other, on both databases.

use std::{sync::Arc, time::Duration};

use futures_util::StreamExt;
use stead_adapter_sql::{PostgresOptions, PostgresStore, testing::PostgresDatabase};
use stead_domain::{
    OrganizationId, Timestamp, UserId,
    ports::{
        Notifier,
        notifier::{Fleeting, Notice},
    },
};
use stead_testkit::contracts::notifier::Nodes;
use uuid::Uuid;

use crate::stores::{SqliteFile, database};

async fn sqlite() -> (Nodes, SqliteFile) {
    let file = SqliteFile::new();
    let store = file.open();
    ([Arc::new(store.clone()), Arc::new(store)], file)
}

async fn postgres() -> (Nodes, PostgresDatabase) {
    let database = database().await;
    let nodes = [node(database.url()).await, node(database.url()).await];
    (nodes.map(|node| Arc::new(node) as Arc<dyn Notifier>), database)
}

async fn node(url: &str) -> PostgresStore {
    PostgresStore::connect(url, PostgresOptions::default()).await.unwrap()
}

mod on_sqlite {
    stead_testkit::notifier_contract_tests!(super::sqlite);
}

mod on_postgres {
    stead_testkit::notifier_contract_tests!(super::postgres);
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_hear_each_other_again_after_a_connection_broke() {
    let database = database().await;
    let (here, there) = (node(database.url()).await, node(database.url()).await);
    let mut heard = there.notices();
    let user_id = UserId::new(Uuid::from_u128(1));
    let notice = Notice {
        organization_id: OrganizationId::new(Uuid::from_u128(2)),
        what: Fleeting::PresenceChanged { user_id },
        at: Timestamp::EPOCH,
    };
    for round in 0..2 {
        let until_heard = async {
            loop {
                here.publish(notice.clone());
                if tokio::time::timeout(Duration::from_millis(100), heard.next()).await.is_ok() {
                    return;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(20), until_heard).await.unwrap();
        if round == 0 {
            let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                       WHERE datname = current_database() AND query ~ 'stead_notices'";
            let beside = database.client().await.unwrap();
            assert!(!beside.query(&format!("{end} AND pid <> pg_backend_pid()"), &[]).await.unwrap().is_empty());
            while tokio::time::timeout(Duration::from_millis(50), heard.next()).await.is_ok() {}
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn notices_end_with_the_store() {
    let database = database().await;
    let store = node(database.url()).await;
    let notices = store.notices();
    drop(store);
    tokio::time::timeout(Duration::from_secs(20), notices.count()).await.unwrap();
}
