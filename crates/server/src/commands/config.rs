use std::io::Write;

use crate::config::Config;

pub fn print(config: &Config) -> anyhow::Result<()> {
    Ok(std::io::stdout().write_all(config.to_redacted_toml()?.as_bytes())?)
}
