//! The settings of the environment: `STEAD_<SECTION>__<KEY>`, `…_FILE` for secrets, and `STEAD_DATA_DIR`.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

use toml::Value;

use super::{
    ConfigError,
    layer::{Layer, name_of_type},
};

/// The settings that can be read from a file of their own.
const SECRETS: [&str; 7] = [
    "auth.secret",
    "database.url",
    "llm.api_key",
    "metrics.token",
    "objects.access_key",
    "objects.secret_key",
    "vectors.api_key",
];

/// What of the environment is a setting. Anything else that looks like one is refused.
pub(super) fn layer<I>(variables: I, defaults: &Layer) -> Result<Layer, ConfigError>
where
    I: IntoIterator<Item = (OsString, OsString)>,
{
    let known: BTreeMap<String, (&str, &Value)> =
        defaults.iter().map(|(key, setting)| (variable_of(key), (key, &setting.value))).collect();
    let mut layer = Layer::default();
    for (name, value) in variables.into_iter().filter_map(candidate) {
        let (key, value) = if let Some((key, default)) = known.get(&name) {
            (*key, typed(key, &name, text(key, &name, value)?, default)?)
        } else if let Some((key, _)) = name.strip_suffix("_FILE").and_then(|secret| known.get(secret))
            && SECRETS.contains(key)
        {
            (*key, Value::String(read_secret(key, &name, Path::new(&value))?))
        } else {
            return Err(ConfigError::UnknownVariable { name });
        };
        if layer.get(key).is_some() {
            return Err(ConfigError::GivenTwice { variable: variable_of(key) });
        }
        layer.set(key.to_owned(), value, name);
    }
    Ok(layer)
}

/// `STEAD_SERVER__PORT` for `server.port`, `STEAD_DATA_DIR` for `data_dir`.
fn variable_of(key: &str) -> String {
    format!("STEAD_{}", key.to_uppercase().replace('.', "__"))
}

/// Variables that are ours. The tests have their own, which are no settings.
fn candidate((name, value): (OsString, OsString)) -> Option<(String, OsString)> {
    let name = name.into_string().ok()?;
    let ours = name == "STEAD_DATA_DIR" || (name.starts_with("STEAD_") && name.contains("__"));
    (ours && !name.starts_with("STEAD_TEST_")).then_some((name, value))
}

fn text(key: &str, name: &str, value: OsString) -> Result<String, ConfigError> {
    value.into_string().ok().ok_or_else(|| setting_error(key, name, "must be valid UTF-8"))
}

/// The text in the type of the default. A text stays a text, also where it looks like a number.
fn typed(key: &str, name: &str, text: String, default: &Value) -> Result<Value, ConfigError> {
    let value = match default {
        Value::String(_) => Some(Value::String(text)),
        Value::Integer(_) => text.parse().ok().map(Value::Integer),
        Value::Boolean(_) => text.parse().ok().map(Value::Boolean),
        Value::Float(_) => text.parse().ok().map(Value::Float),
        Value::Datetime(_) | Value::Array(_) | Value::Table(_) => None,
    };
    value.ok_or_else(|| setting_error(key, name, &format!("must be {}", name_of_type(default))))
}

fn read_secret(key: &str, variable: &str, path: &Path) -> Result<String, ConfigError> {
    let text = fs::read_to_string(path).map_err(|source| ConfigError::SecretFile {
        variable: variable.to_owned(),
        path: PathBuf::from(path),
        source,
    })?;
    match text.trim() {
        "" => Err(setting_error(key, variable, "the file is empty")),
        secret => Ok(secret.to_owned()),
    }
}

fn setting_error(key: &str, variable: &str, problem: &str) -> ConfigError {
    ConfigError::Setting { key: key.to_owned(), origin: Some(variable.to_owned()), problem: problem.to_owned() }
}
