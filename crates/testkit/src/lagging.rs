//! A store that shows what was written only later.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

/// What can be written to.
pub(crate) trait Written: Default {
    type Write;

    fn write(&mut self, write: &Self::Write);
}

/// Two states: what was written, and what is shown of it.
#[derive(Debug)]
pub(crate) struct Lagging<S: Written> {
    truth: S,
    shown: S,
    unseen: VecDeque<(Instant, S::Write)>,
    lag: Lag,
}

#[derive(Debug, Clone, Copy)]
enum Lag {
    For(Duration),
    Frozen,
}

impl<S: Written> Default for Lagging<S> {
    fn default() -> Self {
        Self { truth: S::default(), shown: S::default(), unseen: VecDeque::new(), lag: Lag::For(Duration::ZERO) }
    }
}

impl<S: Written> Lagging<S> {
    /// Shows writes so much later.
    pub(crate) fn lag_for(&mut self, lag: Duration) {
        self.lag = Lag::For(lag);
    }

    /// Shows no more writes, until another lag is set.
    pub(crate) fn freeze(&mut self) {
        self.shown();
        self.lag = Lag::Frozen;
    }

    pub(crate) fn write(&mut self, write: S::Write) {
        self.truth.write(&write);
        self.unseen.push_back((Instant::now(), write));
    }

    /// What was written.
    pub(crate) fn truth(&self) -> &S {
        &self.truth
    }

    /// What is shown.
    pub(crate) fn shown(&mut self) -> &S {
        if let Lag::For(lag) = self.lag {
            while let Some((_, write)) = self.unseen.pop_front_if(|(at, _)| at.elapsed() >= lag) {
                self.shown.write(&write);
            }
        }
        &self.shown
    }
}
