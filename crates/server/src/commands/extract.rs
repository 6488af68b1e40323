use std::process::ExitCode;

/// Reads one document on behalf of the process that started this one, within limits: see `stead-adapter-extract`.
pub fn run(order: &str) -> anyhow::Result<()> {
    let code = stead_adapter_extract::run_child(order);
    if code == ExitCode::SUCCESS { Ok(()) } else { anyhow::bail!("the document could not be read") }
}
