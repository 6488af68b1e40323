//! What [`Embedder`] promises.

use std::sync::Arc;

use stead_domain::ports::{Embedder, embedder::cosine};

/// Makes a test of each promise of [`Embedder`]; `make` is the path of an `async fn() -> (Arc<dyn Embedder>, impl Sized)`,
/// the latter what keeps it going.
#[macro_export]
macro_rules! embedder_contract_tests {
    ($make:path) => {
        $crate::embedder_contract_tests! { @each $make;
            one_vector_a_text_in_their_order
            vectors_have_length_one
            any_text_and_any_number_is_taken
        }
    };
    (@each $make:path; $($fact:ident)+) => {
        $(#[tokio::test]
        async fn $fact() {
            let (embedder, _kept) = $make().await;
            $crate::contracts::embedder::$fact(embedder).await;
        })+
    };
}

/// The same text, the same vector; others, others.
pub async fn one_vector_a_text_in_their_order(embedder: Arc<dyn Embedder>) {
    let texts = ["pears ripen", "the gate is red", "pears ripen"].map(str::to_owned);
    let vectors = embedder.embed(&texts).await.unwrap();
    assert_eq!(vectors.len(), 3);
    assert!(cosine(&vectors[0], &vectors[2]) > 0.999);
    assert!(cosine(&vectors[0], &vectors[1]) < 0.99);
    let alone = embedder.embed(&texts[1..2]).await.unwrap();
    assert!(cosine(&alone[0], &vectors[1]) > 0.999);
    assert!(!embedder.model().is_empty());
}

/// All of one dimension, finite, of length one.
pub async fn vectors_have_length_one(embedder: Arc<dyn Embedder>) {
    let vectors = embedder.embed(&["a pear".to_owned(), "日本の梨".to_owned()]).await.unwrap();
    assert_eq!(vectors[0].len(), vectors[1].len());
    for vector in vectors {
        let length: f32 = vector.iter().map(|value| value * value).sum();
        assert!((length - 1.0).abs() < 1e-3, "{length}");
    }
}

/// None, empty ones, very long ones, many.
pub async fn any_text_and_any_number_is_taken(embedder: Arc<dyn Embedder>) {
    assert!(embedder.embed(&[]).await.unwrap().is_empty());
    let mut texts = vec![String::new(), " \n".to_owned(), "long ".repeat(20_000)];
    texts.extend((0..150).map(|n| format!("text number {n}")));
    let vectors = embedder.embed(&texts).await.unwrap();
    assert_eq!(vectors.len(), texts.len());
    assert!(vectors.iter().flatten().all(|value| value.is_finite()));
}
