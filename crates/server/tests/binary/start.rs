use std::{net::TcpListener, process::Stdio};

use crate::harness::{
    Backend, Setup,
    call::Address,
    process::{self, Process},
};

on_both!(it_says_where_it_listens_and_what_to_do, a_taken_port_is_one_clear_line, a_data_folder_has_one_owner);

/// A connection is an open file, and a shell allows few.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_takes_as_many_open_files_as_it_may_have() {
    crate::harness::backend::run(Backend::Sqlite, async |setup: Setup| {
        let mut settings = setup.settings();
        settings.push(("STEAD_LOG__FILTER".to_owned(), "off".to_owned()));
        let binary = process::stead(&[], &[]).as_std().get_program().to_owned();
        let mut shell = tokio::process::Command::new("/bin/sh");
        shell.args(["-c", "ulimit -S -n 300; exec \"$0\" serve"]).arg(binary).env_clear().envs(settings);
        let process = Process::listening(shell.stdout(Stdio::piped()).kill_on_drop(true), &Address::default()).await;
        let limits = std::fs::read_to_string(format!("/proc/{}/limits", process.id())).unwrap();
        let open_files = limits.lines().find(|line| line.starts_with("Max open files")).unwrap();
        let (soft, hard) = (open_files.split_whitespace().nth(3), open_files.split_whitespace().nth(4));
        assert_eq!(soft, hard, "{open_files}");
        assert_ne!(soft, Some("300"), "the test is to begin with less than there may be");
    })
    .await;
}

async fn it_says_where_it_listens_and_what_to_do(setup: Setup) {
    let process = Process::serve(&setup.offline(), &Address::default()).await;
    assert!(process.url.starts_with("http://127.0.0.1:"), "{}", process.url);
    let root = process.stranger().at_root();
    assert_eq!(root.get("/healthz").await.status, 200);
    assert_eq!(root.get("/readyz").await.status, 200);
    let url = process.url.clone();
    process.terminate().await;
    let (status, _, said) = process.ended().await;
    assert!(status.success());
    for part in [&format!("{url}/docs"), &format!("{url}/api/v1/auth/register"), "STEAD_LLM__BASE_URL"] {
        assert!(said.contains(part), "{part} is not in {said}");
    }
}

async fn a_taken_port_is_one_clear_line(setup: Setup) {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let setup = setup.setting("STEAD_SERVER__PORT", port).setting("STEAD_LOG__FILTER", "off");
    let refused = process::run(&["serve"], &setup.settings()).await;
    let said = String::from_utf8(refused.stderr).unwrap();
    assert_eq!((refused.status.code(), said.lines().count()), (Some(1), 1), "{said}");
    for part in [&port.to_string(), "127.0.0.1", "in use", "server.port", "STEAD_SERVER__PORT"] {
        assert!(said.contains(part), "{part} is not in {said}");
    }
}

async fn a_data_folder_has_one_owner(setup: Setup) {
    let setup = setup.setting("STEAD_LOG__FILTER", "off");
    let first = Process::serve(&setup, &Address::default()).await;
    if setup.home.backend == Backend::Postgres {
        // There any number of processes work side by side.
        let second = Process::serve(&setup, &Address::default()).await;
        assert_eq!(second.stranger().at_root().get("/readyz").await.status, 200);
        return;
    }
    let refused = process::run(&["serve"], &setup.settings()).await;
    let said = String::from_utf8(refused.stderr).unwrap();
    assert_eq!((refused.status.code(), said.lines().count()), (Some(1), 1), "{said}");
    assert!(said.contains("another process") || said.contains("in use"), "{said}");
    assert_eq!(first.stranger().at_root().get("/readyz").await.status, 200, "the first is not disturbed");
    // Whoever is killed leaves no lock behind.
    first.kill().await;
    Process::serve(&setup, &Address::default()).await;
}
