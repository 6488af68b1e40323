use std::io::Write;

pub fn run() -> anyhow::Result<()> {
    Ok(std::io::stdout().write_all(stead_api::openapi_json().as_bytes())?)
}
