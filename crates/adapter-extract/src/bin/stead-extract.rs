//! The child alone, for this crate's tests: what `stead extract` is in the product.

use std::process::ExitCode;

fn main() -> ExitCode {
    let order = std::env::args().find_map(|argument| argument.strip_prefix("--order=").map(str::to_owned));
    stead_adapter_extract::run_child(&order.unwrap_or_default())
}
