use crate::chaos::seed;

/// How many rounds, unless that is said.
const ROUNDS: u64 = 1;

/// Numbers that a seed repeats (SplitMix64).
pub struct Dice(u64);

/// How many rounds.
pub fn rounds() -> u64 {
    seed::number("STEAD_TEST_REALTIME_ROUNDS").unwrap_or(ROUNDS)
}

impl Dice {
    /// Those of a round: the first of the seed that is given, the others each of another.
    pub fn of_round(round: u64) -> Self {
        let seed = seed::number("STEAD_TEST_REALTIME_SEED").unwrap_or(0x5eed).wrapping_add(round);
        seed::say(&format!("STEAD_TEST_REALTIME_SEED={seed}"));
        Self(seed)
    }

    pub fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % most as u64).unwrap()
    }
}
