//! Postgres over TLS: who vouches for the server, and for which name.

use stead_adapter_sql::{OpenError, PostgresOptions, PostgresStore};
use stead_domain::ports::Store;

use crate::stores::database;

/// The authority that vouches for the tests' server as 127.0.0.1: `scripts/postgres` makes it where there is openssl.
fn authority() -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "tests are told by the environment")]
    let (authority, in_ci) = (std::env::var("STEAD_TEST_POSTGRES_CA").ok(), std::env::var_os("CI").is_some());
    let authority = authority.filter(|file| !file.is_empty());
    assert!(authority.is_some() || !in_ci, "STEAD_TEST_POSTGRES_CA is not set: is there no openssl?");
    authority
}

async fn connect(url: &str) -> Result<PostgresStore, OpenError> {
    PostgresStore::connect(url, PostgresOptions::default()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_somebody_vouches_for_is_spoken_to_in_secret() {
    let Some(authority) = authority() else { return };
    let database = database().await;
    for mode in ["require", "verify-ca", "verify-full"] {
        let store = connect(&format!("{}?sslmode={mode}&sslrootcert={authority}", database.url())).await.unwrap();
        store.now().await.unwrap();
        let ours = "SELECT count(*) > 0 AND bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) \
                    WHERE datname = current_database() AND application_name = 'stead'";
        let client = database.client().await.unwrap();
        assert!(client.query_one(ours, &[]).await.unwrap().get::<_, bool>(0), "{mode}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_nobody_vouches_for_is_refused() {
    if authority().is_none() {
        return;
    }
    let database = database().await;
    // The authorities of the system, if it has any, know nothing of it.
    let error = connect(&format!("{}?sslmode=require", database.url())).await.unwrap_err();
    assert!(matches!(error, OpenError::Connect(_) | OpenError::Tls(_)), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_of_another_name_is_refused() {
    let Some(authority) = authority() else { return };
    let database = database().await;
    let url = database.url().replace("127.0.0.1", "localhost");
    let error = connect(&format!("{url}?sslmode=verify-ca&sslrootcert={authority}")).await.unwrap_err();
    assert!(matches!(error, OpenError::Connect(_)), "{error:?}");
}
