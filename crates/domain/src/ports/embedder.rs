//! The port to what turns texts into vectors.

use async_trait::async_trait;

use super::llm::{LlmError, LlmErrorKind};

/// Turns texts into vectors: the nearer two texts in meaning, the nearer their vectors by cosine.
///
/// # Contract
/// - The same text gives the same vector, within what an endpoint's arithmetic allows.
/// - All vectors have the same length, are finite and, but for that of a text without words, have length one.
/// - Vectors of embedders with different [`model`](Embedder::model)s must not be compared.
/// - It always ends: the adapter has time-outs.
#[async_trait]
pub trait Embedder: Send + Sync + 'static {
    /// One vector for each text, in their order. None for none. Any number is taken; the adapter makes batches of what its
    /// endpoint allows. A text that is too long is cut.
    ///
    /// # Errors
    /// As [`LlmErrorKind`] says; all texts or none.
    async fn embed(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, LlmError>;

    /// Names the model, for the record: vectors of the same name may be compared.
    fn model(&self) -> &str;

    /// Whether it asks a model, so that what it is given leaves the house and counts as used.
    fn asks_a_model(&self) -> bool {
        true
    }
}

/// How near two vectors are: 1 in the same direction, 0 at right angles or where one of them says nothing, or where they are
/// not of one length.
pub fn cosine(one: &[f32], other: &[f32]) -> f32 {
    if one.len() != other.len() {
        return 0.0;
    }
    let dot: f32 = one.iter().zip(other).map(|(a, b)| a * b).sum();
    let length = |vector: &[f32]| vector.iter().map(|value| value * value).sum::<f32>().sqrt();
    let lengths = length(one) * length(other);
    if lengths > 0.0 && lengths.is_finite() { (dot / lengths).clamp(-1.0, 1.0) } else { 0.0 }
}

/// Brings a vector to length one; one without a direction stays as it is.
///
/// # Errors
/// [`LlmErrorKind::Protocol`] for one that is not finite.
pub fn normalized(mut vector: Vec<f32>) -> Result<Vec<f32>, LlmError> {
    let length = vector.iter().map(|value| f64::from(*value).powi(2)).sum::<f64>().sqrt();
    if !length.is_finite() {
        return Err(LlmError::new(LlmErrorKind::Protocol, "a vector is not finite"));
    }
    if length > 0.0 {
        for value in &mut vector {
            #[expect(clippy::cast_possible_truncation, reason = "a vector needs no more than f32 holds")]
            let scaled = (f64::from(*value) / length) as f32;
            *value = scaled;
        }
    }
    Ok(vector)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearness_is_by_direction() {
        assert!((cosine(&[1.0, 0.0], &[5.0, 0.0]) - 1.0).abs() < 1e-6);
        assert!(cosine(&[1.0, 0.0], &[0.0, 2.0]).abs() < 1e-6);
        assert!(cosine(&[0.0, 0.0], &[1.0, 0.0]).abs() < 1e-6);
        assert!(cosine(&[1.0], &[1.0, 0.0]).abs() < 1e-6);
    }

    #[test]
    fn what_is_not_finite_is_refused() {
        assert!(normalized(vec![f32::NAN]).is_err());
        let one = normalized(vec![3.0, 4.0]).unwrap();
        assert!((one[0] - 0.6).abs() < 1e-6 && (one[1] - 0.8).abs() < 1e-6);
        assert_eq!(normalized(vec![0.0, 0.0]).unwrap(), [0.0, 0.0]);
    }
}
