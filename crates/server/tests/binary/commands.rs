use std::path::Path;

use crate::harness::{Setup, process};

on_both!(migrate_makes_the_tables_and_ends, without_migration_an_old_database_is_refused);

fn settings(given: &[(&str, &str)]) -> Vec<(String, String)> {
    given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[tokio::test]
async fn openapi_prints_the_committed_document() {
    let printed = process::run(&["openapi"], &[]).await;
    assert!(printed.status.success());
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../openapi/stead.json");
    let committed = std::fs::read_to_string(committed).expect("openapi/stead.json: `make openapi` writes it");
    assert!(String::from_utf8(printed.stdout).unwrap() == committed, "the handlers have changed: run `make openapi`");
}

#[tokio::test]
async fn config_print_shows_what_is_in_force_but_no_secret() {
    let printed = process::run(
        &["config", "print"],
        &settings(&[
            ("STEAD_DATABASE__URL", "postgres://stead:hunter2@db.example/stead"),
            ("STEAD_AUTH__SECRET", "hunter2-hunter2-hunter2-hunter2-hunter2"),
            ("STEAD_LLM__BASE_URL", "https://llm.example/v1"),
            ("STEAD_LLM__MODEL", "large"),
            ("STEAD_LLM__API_KEY", "hunter2"),
            ("STEAD_AI__WAIT", "7s"),
        ]),
    )
    .await;
    let shown = String::from_utf8(printed.stdout).unwrap();
    assert!(printed.status.success(), "{}", String::from_utf8_lossy(&printed.stderr));
    assert!(!shown.contains("hunter2") && !String::from_utf8_lossy(&printed.stderr).contains("hunter2"), "{shown}");
    assert!(shown.contains("wait = \"7s\"") && shown.contains("https://llm.example/v1"), "{shown}");
    let parsed: toml::Table = shown.parse().expect("TOML");
    assert_eq!(parsed["llm"]["model"].as_str(), Some("large"));
}

#[tokio::test]
async fn what_cannot_be_right_is_one_clear_line() {
    for (given, expected) in [
        (vec![("STEAD_SERVER__PROT", "1")], "STEAD_SERVER__PROT is not a setting"),
        (vec![("STEAD_SERVER__PORT", "many")], "server.port (from STEAD_SERVER__PORT)"),
        (vec![("STEAD_DATABASE__URL", "postgres://nobody@127.0.0.1:1/x")], "auth.secret: is required with Postgres"),
        (vec![("STEAD_DATABASE__URL", "mysql://x/y")], "database.url (from STEAD_DATABASE__URL)"),
        (vec![("STEAD_LLM__BASE_URL", "http://127.0.0.1:1/v1")], "llm.model: is required"),
        (vec![("STEAD_DATA_DIR", "/proc/nowhere")], "/proc/nowhere"),
    ] {
        for command in ["serve", "migrate"] {
            let mut settings = settings(&given);
            settings.push(("STEAD_LOG__FILTER".to_owned(), "off".to_owned()));
            if !given.iter().any(|(name, _)| *name == "STEAD_SERVER__PORT") {
                settings.push(("STEAD_SERVER__PORT".to_owned(), "0".to_owned()));
            }
            let refused = process::run(&[command], &settings).await;
            let said = String::from_utf8(refused.stderr).unwrap();
            assert_eq!(refused.status.code(), Some(1), "{command}: {said}");
            assert_eq!(said.lines().count(), 1, "{command}: {said}");
            assert!(said.starts_with("stead: ") && said.contains(expected), "{command}: {said}");
            assert!(refused.stdout.is_empty());
        }
    }
}

#[tokio::test]
async fn a_database_that_cannot_be_reached_is_one_line_without_the_password() {
    let given = settings(&[
        ("STEAD_DATABASE__URL", "postgres://stead:hunter2@127.0.0.1:1/stead"),
        ("STEAD_AUTH__SECRET", "0123456789abcdef0123456789abcdef"),
        ("STEAD_SERVER__PORT", "0"),
        ("STEAD_LOG__FILTER", "off"),
    ]);
    let refused = process::run(&["serve"], &given).await;
    let said = String::from_utf8(refused.stderr).unwrap();
    assert_eq!((refused.status.code(), said.lines().count()), (Some(1), 1), "{said}");
    assert!(!said.contains("hunter2") && said.contains("127.0.0.1:1"), "{said}");
}

async fn migrate_makes_the_tables_and_ends(setup: Setup) {
    let setup = setup.on_an_untouched_database().await;
    let migrated = process::run(&["migrate"], &setup.settings()).await;
    assert!(migrated.status.success(), "{}", String::from_utf8_lossy(&migrated.stderr));
    let again = process::run(&["migrate"], &setup.settings()).await;
    assert!(again.status.success());
    let stead = setup.setting("STEAD_DATABASE__MIGRATE", false).start().await;
    stead.register("ann").await.get("/users/me").await.expect(200);
}

async fn without_migration_an_old_database_is_refused(setup: Setup) {
    let setup = setup.on_an_untouched_database().await;
    let setup = setup.setting("STEAD_DATABASE__MIGRATE", false).setting("STEAD_LOG__FILTER", "off");
    let refused = process::run(&["serve"], &setup.settings()).await;
    let said = String::from_utf8(refused.stderr).unwrap();
    assert_eq!((refused.status.code(), said.lines().count()), (Some(1), 1), "{said}");
    assert!(said.contains("migrat"), "{said}");
}
