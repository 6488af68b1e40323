//! What can be wrong with the configuration: one line each, without values that may be secret.

use std::{io, path::PathBuf};

/// What is wrong with the configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file named by `--config` cannot be read.
    #[error("cannot read the configuration file {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A file is no TOML.
    #[error("{origin}, line {line}: {problem}")]
    Syntax {
        /// The file.
        origin: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong there.
        problem: String,
    },
    /// A file has a setting that does not exist.
    #[error("{origin}: `{key}` is not a setting; config/default.toml lists them")]
    UnknownKey {
        /// The file.
        origin: String,
        /// The setting.
        key: String,
    },
    /// A variable looks like a setting that does not exist.
    #[error("the environment variable {name} is not a setting; config/default.toml lists them")]
    UnknownVariable {
        /// The variable.
        name: String,
    },
    /// A secret's file cannot be read.
    #[error("cannot read the file that {variable} names, {}", path.display())]
    SecretFile {
        /// The variable that names it.
        variable: String,
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A secret is given twice.
    #[error("{variable} and {variable}_FILE are both set; one of them must go")]
    GivenTwice {
        /// The variable without `_FILE`.
        variable: String,
    },
    /// A setting has a value it cannot have.
    #[error("{key}{}: {problem}", origin.as_ref().map(|origin| format!(" (from {origin})")).unwrap_or_default())]
    Setting {
        /// The setting.
        key: String,
        /// The file or variable that it comes from, where that is known.
        origin: Option<String>,
        /// What is wrong with it.
        problem: String,
    },
}
