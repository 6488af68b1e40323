//! What counts over what, what is refused and how it is said, and that no secret is shown.

use std::{ffi::OsString, fs, path::PathBuf};

use secrecy::ExposeSecret;
use tempfile::TempDir;

use super::{Config, DatabaseUrl, LogFormat, ObjectsUrl, PresenceConfig, VectorsUrl, layer::Layer};

const SECRET: &str = "b41f0c7a9e2d5836b41f0c7a9e2d5836";

fn env(variables: &[(&str, &str)]) -> Vec<(OsString, OsString)> {
    variables.iter().map(|(name, value)| (OsString::from(name), OsString::from(value))).collect()
}

fn load(variables: &[(&str, &str)]) -> Config {
    Config::load(None, env(variables)).unwrap()
}

fn refusal(variables: &[(&str, &str)]) -> String {
    Config::load(None, env(variables)).unwrap_err().to_string()
}

fn load_file(text: &str, variables: &[(&str, &str)]) -> Result<Config, String> {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("stead.toml");
    fs::write(&path, text).unwrap();
    Config::load(Some(&path), env(variables))
        .map_err(|error| error.to_string().replace(&path.display().to_string(), "stead.toml"))
}

#[test]
fn the_defaults_are_complete_and_right() {
    // Unknown keys are refused and every field must be named, so that this reads at all says that `default.toml` and the
    // types have the same keys.
    let config = load(&[]);
    assert_eq!(config.server.host, "127.0.0.1");
    assert_eq!(config.server.port, 8080);
    assert_eq!(config.server.public_url(8080), "http://127.0.0.1:8080");
    assert!(matches!(&config.database.url, DatabaseUrl::Sqlite(path) if path == &PathBuf::from("./data/stead.db")));
    assert_eq!(config.objects.url, ObjectsUrl::Folder(PathBuf::from("./data/objects")));
    assert_eq!((&config.vectors.url, config.vectors.memory_bytes), (&VectorsUrl::Local, 256 << 20));
    assert_eq!(config.index.walk_every.as_secs(), 86_400);
    assert!(config.llm.base_url.is_none() && config.llm.api_key.is_none() && config.auth.secret.is_none());
    assert_eq!((config.llm.context_tokens, config.llm.answer_tokens), (32_000, 4_096));
    assert_eq!(config.ai.wait.as_secs(), 120);
    assert_eq!((config.events.keep.as_secs(), config.messages.edit_window.as_secs()), (7 * 86_400, 86_400));
    let PresenceConfig { active_for, offline_after, lapse_after } = config.presence;
    assert_eq!([active_for, offline_after, lapse_after].map(|span| span.as_secs()), [300, 30, 60]);
    assert_eq!(config.log.format, LogFormat::Text);
    assert!(config.auth.new_organizations && config.database.migrate && !config.network.allow_private);
    assert!(!config.mcp.stdio && config.mcp.stdio_env.expose().is_empty());
}

#[test]
fn a_default_that_is_missing_is_noticed() {
    let keys: Vec<String> = Layer::defaults().unwrap().iter().map(|(key, _)| key.to_owned()).collect();
    for missing in keys {
        let mut layer = Layer::default();
        for (key, setting) in Layer::defaults().unwrap().iter().filter(|(key, _)| *key != missing) {
            layer.set(key.to_owned(), setting.value.clone(), "a test".to_owned());
        }
        assert!(super::reading::read(&layer).is_err(), "{missing} is in default.toml, but no field needs it");
    }
}

#[test]
fn the_environment_counts_over_the_file_and_the_file_over_the_defaults() {
    let file = "[server]\nport = 9000\nhost = \"::1\"\n[ai]\nwait = \"5s\"\n[llm]\n";
    let config = load_file(file, &[("STEAD_SERVER__PORT", "9001"), ("STEAD_AUTH__ARGON2__ITERATIONS", "7")]).unwrap();
    assert_eq!(config.server.port, 9001);
    assert_eq!(config.server.listening_url(9001), "http://[::1]:9001");
    assert_eq!(config.ai.wait.as_secs(), 5);
    assert_eq!(config.auth.argon2.iterations, 7);
    assert_eq!(config.server.max_body_bytes, 1_048_576);
}

#[test]
fn the_data_folder_moves_everything_in_it() {
    let config = load(&[("STEAD_DATA_DIR", "/srv/stead")]);
    assert_eq!(config.data_dir, PathBuf::from("/srv/stead"));
    assert_eq!(config.database.url.to_string(), "sqlite:///srv/stead/stead.db");
    assert_eq!(config.objects.url.to_string(), "file:///srv/stead/objects");
}

#[test]
fn an_unknown_setting_is_refused_by_name() {
    assert_eq!(
        refusal(&[("STEAD_SERVER__PROT", "1")]),
        "the environment variable STEAD_SERVER__PROT is not a setting; config/default.toml lists them"
    );
    assert!(refusal(&[("STEAD_SERVER__PORT_FILE", "/nowhere")]).contains("STEAD_SERVER__PORT_FILE is not a setting"));
    for (text, key) in [("[server]\nprot = 1", "server.prot"), ("prot = 1", "prot"), ("[serve]", "serve")] {
        assert_eq!(
            load_file(text, &[]).unwrap_err(),
            format!("stead.toml: `{key}` is not a setting; config/default.toml lists them")
        );
    }
}

#[test]
fn variables_of_others_and_of_tests_are_no_settings() {
    load(&[
        ("STEAD_TEST_POSTGRES__URL", "x"),
        ("STEAD_HOME", "x"),
        ("HOME", "x"),
        ("STEAD_TEST_LIVE", "x"),
        ("A__B", "x"),
    ]);
}

#[test]
fn a_wrong_value_is_one_line_with_the_setting_and_its_origin() {
    for (name, value, line) in [
        ("STEAD_SERVER__PORT", "many", "server.port (from STEAD_SERVER__PORT): must be a whole number"),
        ("STEAD_SERVER__PORT", "70000", "server.port (from STEAD_SERVER__PORT): must be 0 to 65535"),
        ("STEAD_DATABASE__MIGRATE", "yes", "database.migrate (from STEAD_DATABASE__MIGRATE): must be true or false"),
        ("STEAD_LOG__FORMAT", "xml", "log.format (from STEAD_LOG__FORMAT): must be \"text\" or \"json\""),
        ("STEAD_AI__WAIT", "2h", "ai.wait (from STEAD_AI__WAIT): must be 0s to 1h"),
        (
            "STEAD_AUTH__ARGON2__PARALLELISM",
            "65",
            "auth.argon2.parallelism (from STEAD_AUTH__ARGON2__PARALLELISM): must be 1 to 64",
        ),
        (
            "STEAD_SERVER__HOST",
            "not a host",
            "server.host (from STEAD_SERVER__HOST): must be an IP address or a host name",
        ),
        (
            "STEAD_LLM__ANSWER_TOKENS",
            "20000",
            "llm.answer_tokens (from STEAD_LLM__ANSWER_TOKENS): must be at most half of llm.context_tokens",
        ),
    ] {
        assert_eq!(refusal(&[(name, value)]), line);
    }
    assert_eq!(
        load_file("[server]\nport = \"8080\"", &[]).unwrap_err(),
        "server.port (from stead.toml): must be a whole number"
    );
    assert_eq!(
        load_file("server = 1", &[]).unwrap_err(),
        "stead.toml: `server` is not a setting; config/default.toml lists them"
    );
    assert!(refusal(&[("STEAD_AI__WAIT", "120")]).contains("with its unit"));
}

#[test]
fn a_file_that_is_no_toml_is_refused_without_quoting_it() {
    let line = load_file("[auth]\n\nsecret = \"hunter2-hunter2\n", &[]).unwrap_err();
    assert!(line.starts_with("stead.toml, line 3: ") && !line.contains("hunter2") && !line.contains('\n'), "{line}");
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let line = Config::load(Some(&PathBuf::from("/nowhere/stead.toml")), env(&[])).unwrap_err().to_string();
    assert_eq!(line, "cannot read the configuration file /nowhere/stead.toml");
}

#[test]
fn addresses_have_the_schemes_that_are_known() {
    for (name, value) in [
        ("STEAD_DATABASE__URL", "mysql://root@localhost/stead"),
        ("STEAD_DATABASE__URL", "sqlite::memory:"),
        ("STEAD_DATABASE__URL", "sqlite://"),
        ("STEAD_DATABASE__URL", ""),
        ("STEAD_OBJECTS__URL", "/srv/objects"),
        ("STEAD_OBJECTS__URL", "s3://bucket/path"),
        ("STEAD_OBJECTS__URL", "s3://bucket?acl=public"),
        ("STEAD_OBJECTS__URL", "s3://key:secret@bucket"),
        ("STEAD_VECTORS__URL", "qdrant://host"),
        ("STEAD_LLM__BASE_URL", "ftp://host"),
        ("STEAD_LLM__BASE_URL", "https://user:pass@host/v1"),
        ("STEAD_SERVER__PUBLIC_URL", "https://host/path"),
    ] {
        assert!(refusal(&[(name, value)]).contains(&format!("(from {name}): ")), "{value}");
    }
}

#[test]
fn the_settings_of_a_company_are_understood() {
    let config = load(&[
        ("STEAD_DATABASE__URL", "postgres://stead:hunter2@db/stead"),
        ("STEAD_AUTH__SECRET", SECRET),
        ("STEAD_OBJECTS__URL", "s3://bucket?region=eu-west-1&endpoint=http://127.0.0.1:9000"),
        ("STEAD_OBJECTS__ACCESS_KEY", "key"),
        ("STEAD_OBJECTS__SECRET_KEY", "hunter2"),
        ("STEAD_VECTORS__URL", "pinecone://index.example.com"),
        ("STEAD_VECTORS__API_KEY", "hunter2"),
        ("STEAD_LLM__BASE_URL", "https://llm.example.com/v1/"),
        ("STEAD_LLM__MODEL", "large"),
    ]);
    assert!(matches!(config.database.url, DatabaseUrl::Postgres(_)));
    let ObjectsUrl::S3 { bucket, region, endpoint } = &config.objects.url else { panic!("not S3") };
    assert_eq!((bucket.as_str(), region.as_deref()), ("bucket", Some("eu-west-1")));
    assert_eq!(endpoint.as_ref().unwrap().to_string(), "http://127.0.0.1:9000");
    assert_eq!(config.vectors.url.to_string(), "pinecone://index.example.com");
    assert_eq!(config.llm.base_url.unwrap().to_string(), "https://llm.example.com/v1");
    let test_server = "pinecone://http://127.0.0.1:5080";
    let config = load(&[("STEAD_VECTORS__URL", test_server), ("STEAD_VECTORS__API_KEY", "x")]);
    assert_eq!(config.vectors.url.to_string(), test_server);
    assert_eq!(config.vectors.query_timeout, std::time::Duration::from_secs(2));
    assert!(refusal(&[("STEAD_VECTORS__QUERY_TIMEOUT", "2h")]).starts_with("vectors.query_timeout ("));
}

#[test]
fn what_belongs_together_is_required_together() {
    assert!(refusal(&[("STEAD_LLM__BASE_URL", "http://host/v1")]).starts_with("llm.model: is required"));
    assert!(refusal(&[("STEAD_VECTORS__URL", "pinecone://host")]).starts_with("vectors.api_key: is required"));
    assert!(refusal(&[("STEAD_VECTORS__URL", "pgvector")]).contains("pgvector needs a Postgres database"));
    assert!(refusal(&[("STEAD_OBJECTS__ACCESS_KEY", "key")]).contains("set both or neither"));
    assert!(refusal(&[("STEAD_OBJECTS__URL", "s3://bucket")]).starts_with("objects.access_key: is required with S3"));
    assert!(refusal(&[("STEAD_OBJECTS__REDIRECT", "true")]).contains("needs S3: files in a folder"));
    assert!(
        refusal(&[("STEAD_DATABASE__URL", "postgres://host/stead")])
            .starts_with("auth.secret: is required with Postgres")
    );
    assert!(
        refusal(&[("STEAD_AUTH__ARGON2__MEMORY_KIB", "8"), ("STEAD_AUTH__ARGON2__PARALLELISM", "2")])
            .contains("at least 8 times")
    );
}

#[test]
fn a_secret_that_is_short_or_a_placeholder_is_refused_and_not_shown() {
    for secret in ["short", "please-CHANGEME-please-CHANGEME-please", "[redacted][redacted][redacted][redacted]"] {
        let line = refusal(&[("STEAD_AUTH__SECRET", secret)]);
        assert!(line.starts_with("auth.secret (from STEAD_AUTH__SECRET): ") && !line.contains(secret), "{line}");
    }
    let monotonous = "12".repeat(16);
    load(&[("STEAD_AUTH__SECRET", &monotonous)]);
    assert!(
        refusal(&[("STEAD_AUTH__SECRET", &monotonous), ("STEAD_SERVER__HOST", "0.0.0.0")])
            .contains("server.host is public")
    );
    load(&[("STEAD_AUTH__SECRET", SECRET), ("STEAD_SERVER__HOST", "0.0.0.0")]);
}

#[test]
fn a_secret_that_looks_like_a_number_stays_a_text() {
    let digits = "00012345678901234567890123456789";
    let config = load(&[("STEAD_AUTH__SECRET", digits), ("STEAD_LLM__API_KEY", "1e3")]);
    assert_eq!(config.auth.secret.unwrap().expose_secret(), digits);
    assert_eq!(config.llm.api_key.unwrap().expose_secret(), "1e3");
}

#[test]
fn a_secret_is_read_from_the_file_that_is_named() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("secret");
    fs::write(&path, format!("\n {SECRET}\n")).unwrap();
    let path = path.to_str().unwrap();
    let config = load(&[("STEAD_AUTH__SECRET_FILE", path)]);
    assert_eq!(config.auth.secret.unwrap().expose_secret(), SECRET);
    assert!(refusal(&[("STEAD_AUTH__SECRET_FILE", path), ("STEAD_AUTH__SECRET", SECRET)]).contains("are both set"));
    assert!(
        refusal(&[("STEAD_AUTH__SECRET_FILE", "/nowhere/secret")])
            .contains("STEAD_AUTH__SECRET_FILE names, /nowhere/secret")
    );
    fs::write(path, " \n").unwrap();
    assert!(refusal(&[("STEAD_AUTH__SECRET_FILE", path)]).contains("the file is empty"));
}

#[test]
fn no_secret_is_shown() {
    let config = load(&[
        ("STEAD_DATABASE__URL", "postgres://stead:hunter2@db/stead?sslmode=require&password=hunter2"),
        ("STEAD_AUTH__SECRET", &format!("hunter2{SECRET}")),
        ("STEAD_OBJECTS__ACCESS_KEY", "hunter2"),
        ("STEAD_OBJECTS__SECRET_KEY", "hunter2"),
        ("STEAD_VECTORS__API_KEY", "hunter2"),
        ("STEAD_LLM__API_KEY", "hunter2"),
    ]);
    let shown = config.to_redacted_toml().unwrap();
    assert!(!shown.contains("hunter2") && !format!("{config:?}").contains("hunter2"), "{shown}");
    assert!(
        shown.contains("url = \"postgres://stead:redacted@db/stead?sslmode=require&password=redacted\""),
        "{shown}"
    );
    assert!(shown.contains("api_key = \"[redacted]\"") && shown.contains("wait = \"2m\""), "{shown}");
}

#[test]
fn what_is_shown_can_be_read_again() {
    let shown = load(&[]).to_redacted_toml().unwrap();
    assert_eq!(load_file(&shown, &[]).unwrap().to_redacted_toml().unwrap(), shown);
}

#[test]
fn limits_and_time_outs_have_their_promised_values() {
    let config = load(&[("STEAD_SERVER__TRUSTED_PROXIES", "10.0.0.0/8, ::1")]);
    assert_eq!(config.server.trusted_proxies.to_string(), "10.0.0.0/8, ::1/128");
    let limits = config.limits.settings();
    assert_eq!((limits.requests.per_second, limits.requests.burst), (50, 200));
    assert_eq!((limits.sends.per_second, limits.sends.burst), (50, 200));
    assert_eq!((limits.failures_per_account, limits.failures_per_address), (10, 50));
    let named = refusal(&[("STEAD_SERVER__TRUSTED_PROXIES", "proxy.internal")]);
    assert!(
        named.starts_with("server.trusted_proxies (from STEAD_SERVER__TRUSTED_PROXIES): `proxy.internal`"),
        "{named}"
    );
    assert!(load(&[]).server.trusted_proxies.0.is_empty());
}

#[test]
fn figures_and_traces_are_off_until_somebody_wants_them() {
    let config = load(&[]);
    assert!(!config.metrics.is_on() && config.otel.endpoint.is_none());
    assert!(load(&[("STEAD_METRICS__LISTEN", "127.0.0.1:9090")]).metrics.is_on());
    assert!(load(&[("STEAD_METRICS__TOKEN", SECRET)]).metrics.is_on());
    assert_eq!(load(&[("STEAD_OTEL__SAMPLE_RATIO", "0.25")]).otel.sample_ratio, 0.25);
    for (name, value, problem) in [
        ("STEAD_METRICS__LISTEN", "9090", "metrics.listen"),
        ("STEAD_METRICS__TOKEN", "guess me", "metrics.token"),
        ("STEAD_OTEL__ENDPOINT", "127.0.0.1:4318", "otel.endpoint"),
        ("STEAD_OTEL__SAMPLE_RATIO", "1.5", "must be 0.0 to 1.0"),
    ] {
        assert!(refusal(&[(name, value)]).contains(problem), "{}", refusal(&[(name, value)]));
    }
    let shown = load(&[("STEAD_METRICS__TOKEN", SECRET)]).to_redacted_toml().unwrap();
    assert!(!shown.contains(SECRET), "{shown}");
}
