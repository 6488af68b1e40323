//! A passage: a part of a file's text, short enough to be shown to a model beside others.

use crate::ports::text_extractor::Place;

/// A passage of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Passage {
    /// Its number in the file, from 0.
    pub n: i32,
    /// Where in the document it begins.
    pub place: Place,
    /// What it says.
    pub text: String,
    /// About how many tokens that is.
    pub tokens: i32,
    /// What it means, where that is known.
    pub embedding: Option<Embedding>,
}

/// A vector, and the model that made it: only vectors of one model may be compared.
#[derive(Debug, Clone, PartialEq)]
pub struct Embedding {
    /// The model.
    pub model: String,
    /// The vector.
    pub values: Vec<f32>,
}
