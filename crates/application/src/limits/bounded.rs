use std::{collections::HashMap, hash::Hash};

/// Values by key, at most so many: where there are more, the half with the smallest values is forgotten. A value says
/// until when it matters, so those are the idlest.
pub struct Bounded<K, V> {
    values: HashMap<K, V>,
    capacity: usize,
}

impl<K: Eq + Hash, V: Ord + Copy> Bounded<K, V> {
    pub fn new(capacity: usize) -> Self {
        Self { values: HashMap::new(), capacity }
    }

    pub fn get(&self, key: &K) -> Option<V> {
        self.values.get(key).copied()
    }

    pub fn set(&mut self, key: K, value: V) {
        if self.values.len() >= self.capacity && !self.values.contains_key(&key) {
            self.forget_the_idler_half();
        }
        self.values.insert(key, value);
    }

    pub fn remove(&mut self, key: &K) {
        self.values.remove(key);
    }

    fn forget_the_idler_half(&mut self) {
        let mut values: Vec<V> = self.values.values().copied().collect();
        let middle = values.len() / 2;
        if middle < values.len() {
            let (_, median, _) = values.select_nth_unstable(middle);
            let median = *median;
            self.values.retain(|_, value| *value > median);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_never_holds_more_and_forgets_the_idlest() {
        let mut bounded = Bounded::new(100);
        for value in 0..10_000u32 {
            bounded.set(value, value);
            assert!(bounded.values.len() <= 100);
            assert_eq!(bounded.get(&value), Some(value));
        }
        // Whoever mattered long is still there, whenever they came.
        let mut bounded = Bounded::new(100);
        bounded.set(0, u32::MAX);
        for value in 1..10_000u32 {
            bounded.set(value, value);
        }
        assert_eq!(bounded.get(&0), Some(u32::MAX));
    }

    #[test]
    fn equal_values_make_room_too() {
        let mut bounded = Bounded::new(10);
        for key in 0..100u32 {
            bounded.set(key, 7u32);
            assert!(bounded.values.len() <= 10);
        }
    }
}
