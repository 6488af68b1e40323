use std::{
    cmp::Ordering,
    collections::{BinaryHeap, HashSet},
};

use stead_domain::ports::vector_store::{VectorHit, VectorId};

/// The best hits so far, each id once: no more than were asked for.
#[derive(Debug)]
pub struct Best {
    limit: usize,
    heap: BinaryHeap<Ranked>,
    ids: HashSet<VectorId>,
}

impl Best {
    pub fn new(limit: u32) -> Self {
        Self { limit: usize::try_from(limit).unwrap_or(usize::MAX), heap: BinaryHeap::new(), ids: HashSet::new() }
    }

    /// Whether a hit of this score may be among the best.
    pub fn takes(&self, score: f32) -> bool {
        self.heap.len() < self.limit || self.heap.peek().is_some_and(|worst| score >= worst.0.score)
    }

    /// Takes it if it is among the best and not there.
    pub fn offer(&mut self, hit: VectorHit) {
        if !self.takes(hit.score) || !self.ids.insert(hit.id) {
            return;
        }
        self.heap.push(Ranked(hit));
        if self.heap.len() > self.limit
            && let Some(Ranked(worst)) = self.heap.pop()
        {
            self.ids.remove(&worst.id);
        }
    }

    /// All of them, best first.
    pub fn into_hits(self) -> Vec<VectorHit> {
        self.heap.into_sorted_vec().into_iter().map(|Ranked(hit)| hit).collect()
    }
}

/// Ordered so that the worst is the greatest. Of equals the later id is worse, so that the same query has the same answer.
#[derive(Debug)]
struct Ranked(VectorHit);

impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> Ordering {
        other.0.score.total_cmp(&self.0.score).then_with(|| self.0.id.cmp(&other.0.id))
    }
}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Ranked {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Ranked {}

#[cfg(test)]
mod tests {
    use stead_domain::MessageId;
    use uuid::Uuid;

    use super::*;

    fn hit(id: u128, score: f32) -> VectorHit {
        VectorHit { id: VectorId::message(MessageId::new(Uuid::from_u128(id)), 0), version: 1, score }
    }

    #[test]
    fn the_best_stay_each_once_whatever_the_order() {
        let mut best = Best::new(3);
        for (id, score) in [(1, 0.1), (2, 0.9), (3, 0.5), (2, 0.9), (4, 0.7), (1, 0.1), (5, -0.2), (6, 0.5)] {
            best.offer(hit(id, score));
        }
        let found: Vec<f32> = best.into_hits().into_iter().map(|hit| hit.score).collect();
        assert_eq!(found, [0.9, 0.7, 0.5]);
        assert!(!Best::new(0).takes(1.0));
    }
}
