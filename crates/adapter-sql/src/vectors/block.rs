use std::{collections::HashMap, sync::Arc};

use stead_domain::{
    FileId, Timestamp, UserId,
    ports::vector_store::{VectorHit, VectorId, VectorKind, VectorQuery, VectorSource},
};

use super::{best::Best, rows::VectorRow};

/// What a value of 1 is held as: vectors of length one in two bytes a value, so that twice as many are held, and the compiler
/// multiplies eight at once. Nearness is off by less than 0.001, by far less at usual lengths. Sums stay below 2^31: no product of two vectors is larger
/// than that of their lengths.
const ONE: f32 = 32_767.0;
/// About what an entry takes beside its values, in bytes.
const ENTRY: usize = 176;

/// What is asked for, made ready: a vector of length one, and what narrows.
#[derive(Debug, Clone)]
pub struct Wanted {
    values: Vec<i16>,
    model: String,
    kind: Option<VectorKind>,
    author: Option<UserId>,
    files: Option<Vec<FileId>>,
    since: Option<Timestamp>,
    before: Option<Timestamp>,
}

impl Wanted {
    pub fn new(query: VectorQuery) -> Self {
        let VectorQuery { values, model, kind, author, files, since, before, .. } = query;
        let values = of_length_one(&values);
        let files = files.map(|mut files| {
            files.sort_unstable();
            files
        });
        Self { values, model, kind, author, files, since, before }
    }

    fn fits(&self, entry: &Entry) -> bool {
        let of_kind = match entry.id.source {
            VectorSource::Message(_) => self.kind != Some(VectorKind::File) && self.files.is_none(),
            VectorSource::File(file) => {
                let is_named = self.files.as_ref().is_none_or(|files| files.binary_search(&file).is_ok());
                self.kind != Some(VectorKind::Message) && is_named
            }
        };
        of_kind
            && (self.author.is_none() || self.author == entry.author)
            && self.since.is_none_or(|since| entry.created_at >= since)
            && self.before.is_none_or(|before| entry.created_at < before)
    }
}

/// The vectors of a conversation, those that can be compared with one another side by side.
#[derive(Debug, Default)]
pub struct Block {
    groups: Vec<Group>,
    places: HashMap<VectorId, (usize, usize)>,
}

#[derive(Debug)]
struct Group {
    model: Arc<str>,
    dimension: usize,
    values: Vec<i16>,
    entries: Vec<Entry>,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    id: VectorId,
    author: Option<UserId>,
    created_at: Timestamp,
    version: i64,
}

impl Block {
    /// Adds a vector, in the place of what has its id.
    pub fn put(&mut self, row: VectorRow) {
        let VectorRow { id, values, model, author, created_at, version, .. } = row;
        let values = of_length_one(&values);
        let entry = Entry { id, author, created_at, version };
        let group = self.group_of(&model, values.len());
        if let Some((before, n)) = self.places.get(&id).copied() {
            if before == group
                && let Some(group) = self.groups.get_mut(before)
            {
                group.replace(n, entry, &values);
                return;
            }
            self.take_out(before, n);
        }
        if let Some(to) = self.groups.get_mut(group) {
            self.places.insert(id, (group, to.entries.len()));
            to.entries.push(entry);
            to.values.extend_from_slice(&values);
        }
    }

    fn group_of(&mut self, model: &str, dimension: usize) -> usize {
        let found = self.groups.iter().position(|group| &*group.model == model && group.dimension == dimension);
        found.unwrap_or_else(|| {
            self.groups.push(Group { model: model.into(), dimension, values: Vec::new(), entries: Vec::new() });
            self.groups.len() - 1
        })
    }

    fn take_out(&mut self, group: usize, n: usize) {
        let Some(from) = self.groups.get_mut(group) else { return };
        let gone = from.take_out(n);
        self.places.remove(&gone.id);
        if let Some(moved) = from.entries.get(n) {
            self.places.insert(moved.id, (group, n));
        }
    }

    /// About how many bytes it takes.
    pub fn size(&self) -> usize {
        let values: usize = self.groups.iter().map(|group| group.values.len()).sum();
        values * size_of::<i16>() + self.places.len() * ENTRY
    }

    /// How many vectors it holds.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Offers what fits.
    pub fn search(&self, wanted: &Wanted, best: &mut Best) {
        for group in &self.groups {
            if *group.model == *wanted.model && group.dimension == wanted.values.len() {
                group.search(wanted, best);
            }
        }
    }
}

impl Group {
    fn search(&self, wanted: &Wanted, best: &mut Best) {
        for (entry, values) in self.entries.iter().zip(self.values.chunks_exact(self.dimension.max(1))) {
            if !wanted.fits(entry) {
                continue;
            }
            let score = dot(&wanted.values, values);
            if best.takes(score) {
                best.offer(VectorHit { id: entry.id, version: entry.version, score: score.clamp(-1.0, 1.0) });
            }
        }
    }

    fn replace(&mut self, n: usize, entry: Entry, values: &[i16]) {
        let start = n * self.dimension;
        if let (Some(old), Some(place)) = (self.entries.get_mut(n), self.values.get_mut(start..start + self.dimension))
        {
            *old = entry;
            place.copy_from_slice(values);
        }
    }

    /// The last one comes in its place.
    fn take_out(&mut self, n: usize) -> Entry {
        let last = (self.entries.len() - 1) * self.dimension;
        self.values.copy_within(last.., n * self.dimension);
        self.values.truncate(last);
        self.entries.swap_remove(n)
    }
}

/// The cosine of two vectors of length one.
fn dot(one: &[i16], other: &[i16]) -> f32 {
    let sum: i32 = one.iter().zip(other).map(|(a, b)| i32::from(*a) * i32::from(*b)).sum();
    #[expect(clippy::cast_possible_truncation, reason = "nearness needs no more than f32 holds")]
    let cosine = (f64::from(sum) / f64::from(ONE).powi(2)) as f32;
    cosine
}

/// The vector of that direction and of length one. One without a direction stays without.
fn of_length_one(values: &[f32]) -> Vec<i16> {
    let length = values.iter().map(|value| f64::from(*value).powi(2)).sum::<f64>().sqrt();
    let scale = if length > 0.0 { f64::from(ONE) / length } else { 0.0 };
    #[expect(clippy::cast_possible_truncation, reason = "none is larger than the length")]
    let held = |value: &f32| (f64::from(*value) * scale).round() as i16;
    values.iter().map(held).collect()
}

#[cfg(test)]
mod tests {
    use stead_domain::{MessageId, ports::vector_store::VectorPlace};
    use uuid::Uuid;

    use super::*;

    fn row(id: u128, model: &str, values: &[f32]) -> VectorRow {
        VectorRow {
            id: VectorId::message(MessageId::new(Uuid::from_u128(id)), 0),
            values: values.to_vec(),
            model: model.to_owned(),
            author: None,
            created_at: Timestamp::EPOCH,
            version: 1,
            changed: 1,
        }
    }

    fn found(block: &Block, model: &str, values: &[f32]) -> Vec<(u128, f32)> {
        let place = VectorPlace::Channel(stead_domain::ConversationId::new(Uuid::nil()));
        let wanted = Wanted::new(VectorQuery::new(values.to_vec(), model, vec![place], 10));
        let mut best = Best::new(10);
        block.search(&wanted, &mut best);
        let id = |hit: VectorHit| match hit.id.source {
            VectorSource::Message(id) => (id.uuid().as_u128(), hit.score),
            VectorSource::File(_) => panic!("there is no file"),
        };
        best.into_hits().into_iter().map(id).collect()
    }

    #[test]
    fn a_vector_replaces_what_has_its_id_also_of_another_model() {
        let mut block = Block::default();
        for id in 1..=3 {
            block.put(row(id, "a", &[1.0, 0.0]));
        }
        block.put(row(1, "a", &[0.0, 2.0]));
        assert_eq!(found(&block, "a", &[0.0, 1.0])[0], (1, 1.0));
        block.put(row(1, "b", &[0.0, 1.0]));
        assert_eq!(found(&block, "a", &[1.0, 0.0]), [(2, 1.0), (3, 1.0)]);
        assert_eq!(found(&block, "b", &[0.0, 1.0]), [(1, 1.0)]);
        block.put(row(3, "a", &[0.0, 1.0]));
        assert_eq!(found(&block, "a", &[0.0, 1.0]), [(3, 1.0), (2, 0.0)]);
        block.put(row(2, "a", &[0.5, 0.5, 0.5]));
        assert_eq!((block.len(), found(&block, "a", &[0.0, 1.0])), (3, vec![(3, 1.0)]));
    }

    #[test]
    fn nearness_is_close_to_exact_whatever_the_length_and_size() {
        for length in [1_u16, 3, 17, 384, 4_000] {
            for size in [1e-30_f32, 1.0, 1e30] {
                let one: Vec<f32> = (0..length).map(|n| (f32::from(n % 7) - 2.5) * size).collect();
                let other: Vec<f32> = (0..length).map(|n| (f32::from(n % 5) - 1.5) * size).collect();
                let exact = |a: &[f32], b: &[f32]| {
                    let dot = |a: &[f32], b: &[f32]| -> f64 {
                        a.iter().zip(b).map(|(a, b)| f64::from(a / size) * f64::from(b / size)).sum()
                    };
                    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
                };
                let near = dot(&of_length_one(&one), &of_length_one(&other));
                assert!((f64::from(near) - exact(&one, &other)).abs() < 1e-3, "{length} {size}: {near}");
                let opposite: Vec<f32> = one.iter().map(|value| -value).collect();
                assert!((dot(&of_length_one(&one), &of_length_one(&opposite)) + 1.0).abs() < 1e-3);
            }
        }
        assert_eq!(of_length_one(&[0.0, 0.0]), [0, 0]);
    }
}
