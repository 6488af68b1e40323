use std::{
    io::{IsTerminal, Write},
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressStyle};
use stead_exchange::Progress;

/// How often a line is written where nobody watches.
const EVERY: Duration = Duration::from_secs(5);

/// A bar on a terminal, lines elsewhere: on standard error.
pub fn shown(unit: &'static str) -> Box<dyn Progress> {
    if std::io::stderr().is_terminal() {
        Box::new(Bar(ProgressBar::hidden(), unit))
    } else {
        Box::new(Lines { unit, total: None, done: 0, told: Instant::now() })
    }
}

struct Bar(ProgressBar, &'static str);

impl Progress for Bar {
    fn begin(&mut self, total: Option<u64>) {
        let (bar, template) = match total {
            Some(total) => (ProgressBar::new(total), "{bar:32} {pos}/{len} {prefix}, {eta} left  {wide_msg}"),
            None => (ProgressBar::new_spinner(), "{spinner} {pos} {prefix}, {elapsed}  {wide_msg}"),
        };
        // A template that is not understood leaves the usual one.
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_unknown| ProgressStyle::default_bar());
        self.0 = bar.with_style(style).with_prefix(self.1);
    }

    fn step(&mut self, done: u64, at: &str) {
        self.0.inc(done);
        self.0.set_message(at.to_owned());
    }

    fn end(&mut self) {
        self.0.finish_and_clear();
    }
}

struct Lines {
    unit: &'static str,
    total: Option<u64>,
    done: u64,
    told: Instant,
}

impl Progress for Lines {
    fn begin(&mut self, total: Option<u64>) {
        self.total = total;
    }

    fn step(&mut self, done: u64, at: &str) {
        self.done += done;
        if self.told.elapsed() >= EVERY {
            self.told = Instant::now();
            let of = self.total.map(|total| format!("/{total}")).unwrap_or_default();
            // It goes on though nobody may read it.
            drop(writeln!(std::io::stderr(), "{}{of} {}  {at}", self.done, self.unit));
        }
    }

    fn end(&mut self) {}
}
