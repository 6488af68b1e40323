//! One layer of the configuration: settings by their dotted names, each with the place that it comes from.

use std::{collections::BTreeMap, fs, path::Path};

use toml::{Table, Value};

use super::ConfigError;

/// The defaults, explained setting by setting.
const DEFAULTS: &str = include_str!("../../../../config/default.toml");

/// Settings by their dotted names.
#[derive(Debug, Clone, Default)]
pub(super) struct Layer(BTreeMap<String, Setting>);

/// A setting's value and where it comes from.
#[derive(Debug, Clone)]
pub(super) struct Setting {
    pub(super) value: Value,
    /// The file or variable; nothing for a default.
    pub(super) origin: Option<String>,
}

impl Layer {
    /// The defaults. They name every setting there is, and its type.
    pub(super) fn defaults() -> Result<Self, ConfigError> {
        Self::from_toml(DEFAULTS, "config/default.toml").map(|settings| {
            Self(settings.into_iter().map(|(key, value)| (key, Setting { value, origin: None })).collect())
        })
    }

    /// The settings of a file: known ones only, of the type that the default has.
    pub(super) fn file(path: &Path, defaults: &Self) -> Result<Self, ConfigError> {
        let text =
            fs::read_to_string(path).map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
        let origin = path.display().to_string();
        let mut layer = Self::default();
        for (key, value) in Self::from_toml(&text, &origin)? {
            if defaults.is_section(&key) && value.as_table().is_some_and(Table::is_empty) {
                continue;
            }
            let Some(default) = defaults.get(&key) else {
                return Err(ConfigError::UnknownKey { origin, key });
            };
            if !value.same_type(&default.value) {
                let problem = format!("must be {}", name_of_type(&default.value));
                return Err(ConfigError::Setting { key, origin: Some(origin), problem });
            }
            layer.set(key, value, origin.clone());
        }
        Ok(layer)
    }

    pub(super) fn get(&self, key: &str) -> Option<&Setting> {
        self.0.get(key)
    }

    pub(super) fn set(&mut self, key: String, value: Value, origin: String) {
        self.0.insert(key, Setting { value, origin: Some(origin) });
    }

    /// Puts another layer over this one.
    pub(super) fn overlay(&mut self, upper: Self) {
        self.0.extend(upper.0);
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Setting)> {
        self.0.iter().map(|(key, setting)| (key.as_str(), setting))
    }

    /// Puts the data folder's path where `{data_dir}` stands.
    pub(super) fn expand_data_dir(&mut self) {
        let Some(folder) = self.get("data_dir").and_then(|setting| setting.value.as_str()).map(str::to_owned) else {
            return;
        };
        for (key, setting) in &mut self.0 {
            if key.ends_with(".url")
                && let Value::String(text) = &mut setting.value
            {
                *text = text.replace("{data_dir}", &folder);
            }
        }
    }

    fn is_section(&self, key: &str) -> bool {
        self.0.keys().any(|known| known.strip_prefix(key).is_some_and(|rest| rest.starts_with('.')))
    }

    /// The parser's own report would quote the line, and a line may hold a secret.
    fn from_toml(text: &str, origin: &str) -> Result<Vec<(String, Value)>, ConfigError> {
        let table = text.parse::<Table>().map_err(|error| ConfigError::Syntax {
            origin: origin.to_owned(),
            line: error
                .span()
                .and_then(|span| text.get(..span.start))
                .map_or(1, |before| before.matches('\n').count() + 1),
            problem: error.message().lines().collect::<Vec<_>>().join(", "),
        })?;
        let mut settings = Vec::new();
        flatten("", table, &mut settings);
        Ok(settings)
    }
}

/// An empty table is kept, so that an unknown section is seen even if it is empty.
fn flatten(prefix: &str, table: Table, settings: &mut Vec<(String, Value)>) {
    for (name, value) in table {
        let key = if prefix.is_empty() { name } else { format!("{prefix}.{name}") };
        match value {
            Value::Table(inner) if !inner.is_empty() => flatten(&key, inner, settings),
            value => settings.push((key, value)),
        }
    }
}

/// What a value of the default's type is called.
pub(super) fn name_of_type(default: &Value) -> &'static str {
    match default {
        Value::Integer(_) => "a whole number",
        Value::Boolean(_) => "true or false",
        Value::Float(_) => "a number",
        Value::String(_) => "a text in quotes",
        Value::Datetime(_) => "a date",
        Value::Array(_) => "a list",
        Value::Table(_) => "a section",
    }
}
