//! What lies in `config/` for operators names nothing that does not exist.

use std::{ffi::OsString, fs, path::PathBuf};

use clap::Parser;
use stead_server::{
    commands::CommandLine,
    config::{Config, DatabaseUrl},
};

/// The secrets that an operator gives with the example.
const SECRETS: [(&str, &str); 3] = [
    ("STEAD_DATABASE__URL", "postgres://stead:hunter2@db.example.com/stead"),
    ("STEAD_AUTH__SECRET", "b41f0c7a9e2d5836b41f0c7a9e2d5836"),
    ("STEAD_LLM__API_KEY", "sk-1"),
];

fn in_config(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../config").join(file)
}

fn read(file: &str) -> String {
    fs::read_to_string(in_config(file)).unwrap()
}

/// What follows such a key in a unit file.
fn lines<'a>(unit: &'a str, key: &'a str) -> impl Iterator<Item = &'a str> {
    unit.lines().filter_map(move |line| line.strip_prefix(key)?.strip_prefix('='))
}

#[test]
fn the_example_is_a_whole_configuration_once_its_secrets_are_given() {
    let example = in_config("production.example.toml");
    let secrets = SECRETS.map(|(name, value)| (OsString::from(name), OsString::from(value)));
    let config = Config::load(Some(&example), secrets.clone()).unwrap();
    assert!(matches!(config.database.url, DatabaseUrl::Postgres(_)) && !config.database.migrate);
    assert!(config.metrics.listen.is_some() && !config.auth.new_organizations);
    assert!(
        Config::load(Some(&example), secrets.into_iter().take(1)).is_err(),
        "the secret of a company is not made up"
    );
    // The variables that its comments name are settings.
    let text = read("production.example.toml");
    let named = text.split_whitespace().filter(|word| word.starts_with("STEAD_") && word.ends_with("_FILE"));
    assert_names_settings(named.map(str::to_owned));
}

#[test]
fn the_unit_starts_what_there_is() {
    let unit = read("deploy/stead.service");
    let start = lines(&unit, "ExecStart").next().unwrap();
    CommandLine::try_parse_from(start.split_whitespace()).unwrap();
    let variables: Vec<(&str, &str)> = lines(&unit, "Environment").map(|set| set.split_once('=').unwrap()).collect();
    let loaded: Vec<&str> = lines(&unit, "LoadCredential").map(|set| set.split_once(':').unwrap().0).collect();
    for (name, file) in &variables {
        let credential = file.strip_prefix("%d/").unwrap();
        assert!(loaded.contains(&credential), "{name}: nothing loads {credential}");
    }
    assert_names_settings(variables.iter().map(|(name, _)| (*name).to_owned()));
    // systemd waits longer than the server takes.
    let patience: u64 = lines(&unit, "TimeoutStopSec").next().unwrap().parse().unwrap();
    let defaults = Config::load(None, []).unwrap();
    assert!(patience > 2 * defaults.server.shutdown_timeout.as_secs());
    // The process says when it is ready and that it lives (tests/binary/service_manager.rs).
    assert_eq!(lines(&unit, "Type").next(), Some("notify"));
    assert!(lines(&unit, "WatchdogSec").next().is_some_and(|seconds| seconds.parse::<u32>().is_ok()));
    for hardening in
        ["NoNewPrivileges=yes", "ProtectSystem=strict", "PrivateTmp=yes", "SystemCallFilter=@system-service"]
    {
        assert!(unit.lines().any(|line| line == hardening), "{hardening}");
    }
}

#[test]
fn the_image_starts_what_there_is() {
    let file = read("deploy/Containerfile");
    let words = |instruction: &str| -> Vec<String> {
        let line = file.lines().find_map(|line| line.strip_prefix(instruction)).unwrap();
        serde_json::from_str(line.rsplit_once("CMD ").map_or(line, |(_, words)| words).trim()).unwrap()
    };
    let entry = words("ENTRYPOINT");
    CommandLine::try_parse_from([entry.clone(), words("CMD")].concat()).unwrap();
    let check = words("HEALTHCHECK");
    CommandLine::try_parse_from(&check).unwrap();
    assert_eq!(check[0], entry[0]);
    assert!(file.lines().any(|line| line == "USER nonroot"));
    let set = file.lines().find_map(|line| line.strip_prefix("ENV ")).unwrap();
    let settings = set.split_whitespace().map(|pair| pair.split_once('=').unwrap());
    Config::load(None, settings.map(|(name, value)| (name.into(), value.into()))).unwrap();
}

/// Settings that can be read from files.
fn assert_names_settings(names: impl Iterator<Item = String>) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secret");
    fs::write(&file, "postgres://stead@db.example.com/stead-stead").unwrap();
    let mut count = 0;
    for name in names {
        count += 1;
        let secret = ("STEAD_AUTH__SECRET".into(), SECRETS[1].1.into());
        let given = [(OsString::from(&name), file.clone().into_os_string()), secret];
        let given = given.into_iter().take(if name.contains("AUTH__SECRET") { 1 } else { 2 });
        Config::load(None, given).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    assert!(count > 0);
}
