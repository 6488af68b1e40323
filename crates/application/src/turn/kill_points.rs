//! The named steps of a turn at which a test may have the process die, as by `kill -9`. In a build for anybody but tests
//! this is nothing.

/// The steps, in the order of a turn that calls tools.
#[cfg(feature = "kill-points")]
pub const STEPS: [&str; 12] = [
    "accepted",
    "prompted",
    "asked",
    "text",
    "text_kept",
    "round_said",
    "calls_kept",
    "call_answered",
    "call_kept",
    "calls_ended",
    "answered",
    "ended",
];

/// A turn has come to a step. With `STEAD_TEST_KILL_AT=step#n` the process dies there the n-th time.
#[cfg(feature = "kill-points")]
#[expect(clippy::disallowed_methods, reason = "it is no setting: only a build for tests looks at it")]
pub fn reach(step: &str) {
    use std::sync::{
        LazyLock,
        atomic::{AtomicUsize, Ordering},
    };
    static AT: LazyLock<Option<(String, usize)>> = LazyLock::new(|| {
        let at = std::env::var("STEAD_TEST_KILL_AT").ok()?;
        let (step, n) = at.split_once('#')?;
        Some((step.to_owned(), n.parse().ok()?))
    });
    static REACHED: AtomicUsize = AtomicUsize::new(0);
    debug_assert!(STEPS.contains(&step));
    if let Some((at, n)) = &*AT
        && at == step
        && REACHED.fetch_add(1, Ordering::SeqCst) + 1 == *n
    {
        std::process::abort();
    }
}

/// A turn has come to a step.
#[cfg(not(feature = "kill-points"))]
pub fn reach(_step: &str) {}
