//! How good an answer is.

/// How many of what was found count for recall: a page of results, or what a prompt is told of.
const FIRST: usize = 10;

/// The figures of all questions together.
#[derive(Debug, Default)]
pub struct Scores {
    questions: u32,
    recall: f64,
    reciprocal_rank: f64,
}

impl Scores {
    /// Enters a question: of what was found, in its order, whether it answers it; and how much there is that does.
    pub fn enter(&mut self, found: &[bool], answers: usize) {
        self.questions += 1;
        let in_first = found.iter().take(FIRST).filter(|answers| **answers).count();
        self.recall += in_first as f64 / answers.max(1) as f64;
        if let Some(place) = found.iter().position(|answers| *answers) {
            self.reciprocal_rank += 1.0 / (place as f64 + 1.0);
        }
    }

    /// Which part of what answers a question is among the first ten, on average.
    pub fn recall(&self) -> f64 {
        self.recall / f64::from(self.questions.max(1))
    }

    /// One by the place of the first that answers a question, on average.
    pub fn mean_reciprocal_rank(&self) -> f64 {
        self.reciprocal_rank / f64::from(self.questions.max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_of_all_questions() {
        let mut scores = Scores::default();
        scores.enter(&[false, true, true], 4);
        scores.enter(&[], 1);
        let mut late = vec![false; 10];
        late.push(true);
        scores.enter(&late, 1);
        assert!((scores.recall() - 0.5 / 3.0).abs() < 1e-9);
        assert!((scores.mean_reciprocal_rank() - (0.5 + 1.0 / 11.0) / 3.0).abs() < 1e-9);
    }
}
