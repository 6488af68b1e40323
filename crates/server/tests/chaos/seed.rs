//! How often and when.

use std::{
    env,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// Random moments that a seed repeats.
pub struct Moments(u64);

impl Moments {
    /// From the seed that is given, or another one each time. It is said, so that it can be given.
    pub fn from_environment() -> Self {
        let seed = number("STEAD_TEST_CHAOS_SEED").unwrap_or_else(|| {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock after 1970");
            u64::from(now.subsec_nanos())
        });
        say(&format!("STEAD_TEST_CHAOS_SEED={seed}"));
        Self(seed)
    }

    /// The next one, up to a longest.
    pub fn next(&mut self, longest: Duration) -> Duration {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let longest = u64::try_from(longest.as_micros()).expect("a short time");
        Duration::from_micros((mixed ^ (mixed >> 31)) % longest)
    }
}

/// How many rounds, unless that is said.
pub fn rounds(usual: usize) -> usize {
    let said = number("STEAD_TEST_CHAOS_ROUNDS").map(|rounds| usize::try_from(rounds).expect("a small number"));
    said.unwrap_or(usual)
}

/// What a variable says.
pub fn number(variable: &str) -> Option<u64> {
    #[expect(clippy::disallowed_methods, reason = "who starts the tests says how long they last")]
    let said = env::var(variable).ok()?;
    Some(said.parse().unwrap_or_else(|_| panic!("{variable} is no number: {said:?}")))
}

/// Tells whoever runs the tests.
#[expect(clippy::print_stderr, reason = "a failure is repeated with what this says")]
pub fn say(line: &str) {
    eprintln!("{line}");
}
