//! From merged settings to the typed configuration.

use config::{Map, Source, Value, ValueKind};

use super::{Config, ConfigError, layer::Layer};

impl Source for Layer {
    fn clone_into_box(&self) -> Box<dyn Source + Send + Sync> {
        Box::new(self.clone())
    }

    fn collect(&self) -> Result<Map<String, Value>, config::ConfigError> {
        Ok(self
            .iter()
            .map(|(key, setting)| (key.to_owned(), Value::new(setting.origin.as_ref(), kind_of(&setting.value))))
            .collect())
    }
}

fn kind_of(value: &toml::Value) -> ValueKind {
    match value {
        toml::Value::String(text) => ValueKind::String(text.clone()),
        toml::Value::Integer(number) => ValueKind::I64(*number),
        toml::Value::Float(number) => ValueKind::Float(*number),
        toml::Value::Boolean(flag) => ValueKind::Boolean(*flag),
        // No setting is one of these; the type check before says so.
        toml::Value::Datetime(_) | toml::Value::Array(_) | toml::Value::Table(_) => ValueKind::Nil,
    }
}

/// Reads the types, with their ranges.
pub(super) fn read(layer: &Layer) -> Result<Config, ConfigError> {
    config::Config::builder()
        .add_source(layer.clone())
        .build()
        .and_then(config::Config::try_deserialize)
        .map_err(|error| describe(error, layer))
}

/// The setting's name and where it comes from, in front of what is wrong.
fn describe(error: config::ConfigError, layer: &Layer) -> ConfigError {
    let (key, problem) = match error {
        config::ConfigError::At { error, key, .. } => (key, error.to_string()),
        config::ConfigError::Type { unexpected, expected, key, .. } => (key, format!("{unexpected} is not {expected}")),
        other => (None, other.to_string()),
    };
    let key = key.unwrap_or_else(|| "the configuration".to_owned());
    name_origin(ConfigError::Setting { key, origin: None, problem }, layer)
}

/// Adds where a wrong setting comes from.
pub(super) fn name_origin(error: ConfigError, layer: &Layer) -> ConfigError {
    match error {
        ConfigError::Setting { key, origin: None, problem } => {
            let origin = layer.get(&key).and_then(|setting| setting.origin.clone());
            ConfigError::Setting { key, origin, problem }
        }
        other => other,
    }
}
