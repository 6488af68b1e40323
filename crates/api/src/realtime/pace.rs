use std::time::{Duration, Instant};

/// How many frames a client may send at once after a pause, and how long until it may send one more.
const BURST: u32 = 100;
const EACH: Duration = Duration::from_millis(50);

/// How fast a client sends.
#[derive(Debug)]
pub struct Pace {
    /// Until when what it sent counts.
    full_until: Instant,
}

impl Pace {
    pub fn new(now: Instant) -> Self {
        Self { full_until: now }
    }

    /// Counts a frame; answers whether it was one too many.
    pub fn is_too_fast(&mut self, now: Instant) -> bool {
        self.full_until = self.full_until.max(now) + EACH;
        self.full_until.duration_since(now) > EACH * BURST
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_then_twenty_a_second() {
        let mut now = Instant::now();
        let mut pace = Pace::new(now);
        assert!((0..BURST).all(|_| !pace.is_too_fast(now)));
        for _ in 0..1_000 {
            now += EACH;
            assert!(!pace.is_too_fast(now));
        }
        assert!(pace.is_too_fast(now));
    }
}
