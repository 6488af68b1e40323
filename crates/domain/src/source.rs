//! What an answer was made from: messages and passages of files that stood in the model's prompt.

use crate::{FileId, MessageId};

/// The most sources that one answer has.
pub const MOST_SOURCES: usize = 200;

/// What a source is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SourceId {
    /// A message.
    Message(MessageId),
    /// A file, by its passages or its summary.
    File(FileId),
}

/// One source of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source {
    /// Its number in the prompt, from 1 on: an answer points at it as `[1]`.
    pub n: i32,
    /// What it is.
    pub id: SourceId,
    /// Its version when it was read.
    pub version: i64,
    /// Whether the answer points at it.
    pub cited: bool,
}

/// A source as it is kept, and whether it still is what the model read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeptSource {
    /// The source.
    pub source: Source,
    /// It was changed or deleted since: what was made from it is stale.
    pub is_stale: bool,
}

/// The numbers that an answer points at: those in square brackets, alone or in a list like `[1, 3]`, outside of links.
pub fn numbers_cited(answer: &str) -> Vec<i32> {
    let mut cited = Vec::new();
    let mut rest = answer;
    while let Some(from) = rest.find('[') {
        let inside = rest.get(from + 1..).unwrap_or_default();
        let Some(to) = inside.find(']') else { break };
        let (list, after) = inside.split_at(to);
        let numbers: Option<Vec<i32>> = list.split(',').map(|number| number.trim().parse().ok()).collect();
        let is_link = after.get(1..).is_some_and(|after| after.starts_with('('));
        match numbers {
            Some(numbers) if !is_link => {
                cited.extend(numbers.into_iter().filter(|number| *number > 0));
                rest = after;
            }
            // It may hold another bracket that counts.
            _ => rest = inside,
        }
    }
    cited.sort_unstable();
    cited.dedup();
    cited
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_answer_points_at_its_sources_by_number() {
        assert_eq!(numbers_cited("It is red [2][1], they say [2, 7]."), [1, 2, 7]);
        assert_eq!(numbers_cited("a[i] [x] [1](http://x) [[3]] [ 4 ] [-5] [0]"), [3, 4]);
        assert!(numbers_cited("[1").is_empty());
    }

    proptest! {
        #[test]
        fn any_text_has_only_numbers_that_stand_in_it(text in any::<String>()) {
            for number in numbers_cited(&text) {
                prop_assert!(text.contains(&number.to_string()) || text.contains('0') || text.contains('+'));
            }
        }
    }
}
