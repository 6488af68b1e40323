//! Figures about transactions.

use std::time::Duration;

/// So many writes were made durable together, from the transaction's begin to the end of its commit.
pub fn batch(writes: usize, took: Duration) {
    metrics::histogram!("stead_db_batch_writes").record(writes as f64);
    metrics::histogram!("stead_db_batch_seconds").record(took.as_secs_f64());
}
