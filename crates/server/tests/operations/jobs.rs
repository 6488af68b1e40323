use std::{sync::Arc, time::Duration};

use stead_adapter_sql::{PostgresOptions, PostgresStore, SqliteOptions, SqliteStore};
use stead_domain::{
    JobId,
    job::NewJob,
    ports::{
        Store,
        store::{Change, Commit, JobChange},
    },
};
use stead_testkit::builders::{self, Seed};

use crate::harness::{
    Setup,
    backend::Backend,
    call::Address,
    eventually,
    process::{self, Process},
};

on_both!(an_operator_sees_dead_jobs_and_tries_them_again);

const NOTHING: &str = "waiting 0  at work 0  dead 0\n";

async fn admin(setup: &Setup, arguments: &[&str]) -> (bool, String) {
    let ran = process::run(&[&["admin", "jobs"], arguments].concat(), &setup.settings()).await;
    (ran.status.success(), String::from_utf8([ran.stdout, ran.stderr].concat()).unwrap())
}

/// The database, before anybody serves it.
async fn store(setup: &Setup) -> Arc<dyn Store> {
    match setup.home.backend {
        Backend::Sqlite => {
            let file = setup.home.data_dir.path().join("stead.db");
            Arc::new(SqliteStore::open(&file, SqliteOptions::default()).unwrap())
        }
        Backend::Postgres => {
            Arc::new(PostgresStore::connect(setup.home.postgres().url(), PostgresOptions::default()).await.unwrap())
        }
    }
}

/// A job that died. It would not have been due for long.
async fn dead_job(store: &dyn Store, seed: &Seed) -> JobId {
    let run_at = store.now().await.unwrap().plus(Duration::from_secs(3_600));
    let job = NewJob { run_at, ..builders::job(&seed.thread) };
    store.commit(Commit { jobs: vec![job.clone()], ..Commit::default() }).await.unwrap();
    let bury = JobChange::Bury { job: job.id, error: "the model was away".to_owned() };
    store.commit(builders::commit([Change::Job(bury)])).await.unwrap();
    job.id
}

async fn an_operator_sees_dead_jobs_and_tries_them_again(setup: Setup) {
    let setup = setup.offline().setting("STEAD_LOG__FILTER", "off");
    let before = store(&setup).await;
    let seed = Seed::commit(&*before).await;
    let (first, second) = (dead_job(&*before, &seed).await, dead_job(&*before, &seed).await);
    drop(before);

    let process = Process::serve(&setup, &Address::default()).await;
    let (done, listed) = admin(&setup, &[]).await;
    assert!(done && listed.starts_with("waiting 0  at work 0  dead 2\n"), "{listed}");
    for id in [first, second] {
        assert!(listed.contains(&format!("{id}  the model was away\n")), "{listed}");
    }

    let first = first.to_string();
    assert_eq!(admin(&setup, &["retry", &first]).await, (true, "1 to be tried again\n".to_owned()));
    let (done, said) = admin(&setup, &["retry", &first]).await;
    assert!(!done && said.contains("is not a dead job"), "{said}");
    assert_eq!(admin(&setup, &["retry", "--all"]).await, (true, "1 to be tried again\n".to_owned()));
    eventually("the server to have done them", async || (admin(&setup, &[]).await.1 == NOTHING).then_some(())).await;
    assert!(!admin(&setup, &["retry"]).await.0, "one, or all");
    process.kill().await;
}
