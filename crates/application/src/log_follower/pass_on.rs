use crate::{Application, Error};

use super::{Changed, Indexer};

/// How often something is passed on that fails for no reason that could pass.
const TRIES: u32 = 3;

impl Application {
    /// Tells the index what changed. After some tries that failed for no reason that could pass, each thing alone: what then
    /// fails is left out and counted, and holds nothing else up.
    pub(super) async fn pass_on(&self, indexer: &dyn Indexer, changed: &Changed) -> Result<(), Error> {
        if changed.is_empty() {
            return Ok(());
        }
        let index = indexer.follower().as_str();
        for _ in 0..TRIES {
            match indexer.take(self, changed).await {
                Ok(()) => {
                    let taken = u64::try_from(changed.len()).unwrap_or(u64::MAX);
                    metrics::counter!("stead_index_taken_total", "index" => index).increment(taken);
                    return Ok(());
                }
                Err(error) if passes(&error) => return Err(error),
                Err(error) => {
                    metrics::counter!("stead_index_failures_total", "index" => index).increment(1);
                    tracing::warn!(index, error = &error as &dyn std::error::Error, "a batch could not be indexed");
                }
            }
        }
        for one in changed.one_by_one() {
            match indexer.take(self, &one).await {
                Ok(()) => {}
                Err(error) if passes(&error) => return Err(error),
                Err(error) => {
                    metrics::counter!("stead_index_skipped_total", "index" => index).increment(1);
                    let error = &error as &dyn std::error::Error;
                    tracing::error!(index, left_out = ?one, error, "something is left out of an index");
                }
            }
        }
        Ok(())
    }
}

/// Whether it is worth waiting for.
pub(super) fn passes(error: &Error) -> bool {
    matches!(error, Error::Unavailable(_) | Error::AiUnavailable { .. } | Error::RateLimited { .. })
}
