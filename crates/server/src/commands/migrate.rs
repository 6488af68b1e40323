use crate::{config::Config, wire};

pub async fn run(mut config: Config) -> anyhow::Result<()> {
    config.database.migrate = true;
    wire::database(&config).await?;
    tracing::info!("the tables are up to date");
    Ok(())
}
