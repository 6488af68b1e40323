//! The extractor with real children.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

mod children;
mod contract;
mod hostile;

use stead_adapter_extract::{Limits, ProcessExtractor, Program};

/// The extractor as the product has it.
fn extractor(limits: Limits) -> ProcessExtractor {
    ProcessExtractor::new(Program::new(env!("CARGO_BIN_EXE_stead-extract"), &[]), limits)
}
