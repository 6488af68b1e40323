//! What the port of who is there promises, on both databases.

use std::sync::Arc;

use stead_adapter_sql::testing::PostgresDatabase;
use stead_domain::ports::{PresenceSource, Store};

use crate::stores::{self, SqliteFile};

async fn on_sqlite() -> (Arc<dyn PresenceSource>, Arc<dyn Store>, SqliteFile) {
    let (store, file) = stores::sqlite().await;
    (Arc::clone(&store) as _, store, file)
}

async fn on_postgres() -> (Arc<dyn PresenceSource>, Arc<dyn Store>, PostgresDatabase) {
    let (store, database) = stores::postgres().await;
    (Arc::clone(&store) as _, store, database)
}

mod sqlite {
    stead_testkit::presence_contract_tests!(super::on_sqlite);
}

mod postgres {
    stead_testkit::presence_contract_tests!(super::on_postgres);
}
