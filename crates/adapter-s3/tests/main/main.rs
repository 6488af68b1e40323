//! The S3 store keeps what its port promises, against a real S3 server, and knows what to make of a bad one.
#![expect(clippy::unwrap_used, clippy::panic, reason = "test code")]

mod contract;
mod faults;
mod links;
mod settings;
mod uploads;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use stead_adapter_s3::{S3Config, S3ObjectStore};
use stead_domain::ports::ObjectStore;
use stead_testkit::{contracts::object_store::ObjectStoreHarness, s3_server::S3Server};

/// A store, and the server it uses.
struct S3 {
    store: Arc<S3ObjectStore>,
    server: S3Server,
}

#[async_trait]
impl ObjectStoreHarness for S3 {
    fn store(&self) -> Arc<dyn ObjectStore> {
        Arc::<S3ObjectStore>::clone(&self.store)
    }

    fn leftovers(&self) -> Option<usize> {
        Some(self.server.uploads_under_way())
    }
}

async fn make() -> S3 {
    make_with(|_| {}).await
}

async fn make_with(change: impl FnOnce(&mut S3Config)) -> S3 {
    let server = S3Server::start().await;
    let mut config = config(&server);
    change(&mut config);
    S3 { store: Arc::new(S3ObjectStore::new(&config).unwrap()), server }
}

fn config(server: &S3Server) -> S3Config {
    let endpoint = server.endpoint().parse().unwrap();
    let (access_key, secret_key) = (S3Server::ACCESS_KEY.to_owned(), S3Server::SECRET_KEY.to_owned());
    S3Config::new(S3Server::BUCKET, None, Some(endpoint), access_key.into(), secret_key.into()).unwrap()
}

/// A server that hangs is given up soon.
fn impatient(config: &mut S3Config) {
    config.timeouts.answer = Duration::from_millis(300);
    config.timeouts.idle = Duration::from_millis(300);
    config.retries = 0;
}
