//! Timing, and a line of the report.

use std::{
    fmt,
    future::Future,
    time::{Duration, Instant},
};

/// A line of the report.
pub struct Line {
    pub what: String,
    pub figures: Vec<(&'static str, String)>,
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<54}", self.what)?;
        self.figures.iter().try_for_each(|(name, figure)| write!(f, "  {name} {figure}"))
    }
}

/// The times of so many calls one after the other.
pub async fn times<F>(calls: usize, mut call: impl FnMut() -> F) -> anyhow::Result<Times>
where
    F: Future<Output = anyhow::Result<()>>,
{
    let mut times = Vec::with_capacity(calls);
    for _ in 0..calls {
        let begun = Instant::now();
        call().await?;
        times.push(begun.elapsed());
    }
    Ok(Times::new(times))
}

/// How long calls took.
pub struct Times(Vec<Duration>);

impl Times {
    pub fn new(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Self(times)
    }

    fn quantile(&self, of_hundred: usize) -> Duration {
        let at = (self.0.len() * of_hundred / 100).min(self.0.len().saturating_sub(1));
        self.0.get(at).copied().unwrap_or_default()
    }

    pub fn median(&self) -> Duration {
        self.quantile(50)
    }

    pub fn p99(&self) -> Duration {
        self.quantile(99)
    }

    pub fn figures(&self) -> Vec<(&'static str, String)> {
        [("p50", 50), ("p95", 95), ("p99", 99)].map(|(name, at)| (name, millis(self.quantile(at)))).into()
    }
}

pub fn millis(time: Duration) -> String {
    format!("{:.3} ms", time.as_secs_f64() * 1_000.0)
}

/// How many calls a second `tasks` tasks make together in `during`.
pub async fn rate<F, C>(tasks: usize, during: Duration, make_call: impl Fn(usize) -> C) -> anyhow::Result<f64>
where
    C: FnMut() -> F + Send + 'static,
    F: Future<Output = anyhow::Result<()>> + Send,
{
    let begun = Instant::now();
    let mut workers = tokio::task::JoinSet::new();
    for task in 0..tasks {
        let mut call = make_call(task);
        workers.spawn(async move {
            let mut calls = 0u32;
            while begun.elapsed() < during {
                call().await?;
                calls += 1;
            }
            anyhow::Ok(calls)
        });
    }
    let mut calls = 0.0;
    while let Some(done) = workers.join_next().await {
        calls += f64::from(done??);
    }
    Ok(calls / begun.elapsed().as_secs_f64())
}

/// So many a second.
pub fn a_second(figure: f64) -> String {
    format!("{figure:.0}/s")
}

/// A figure beside its floors.
pub fn of(figure: f64, floors: &[(&str, f64)]) -> String {
    let ratios = floors.iter().map(|(name, floor)| format!("{:.2} of {name}", figure / floor));
    format!(" ({})", ratios.collect::<Vec<_>>().join(", "))
}
