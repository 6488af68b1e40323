//! Texts to vectors.

use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use stead_domain::ports::{
    Embedder,
    embedder::normalized,
    llm::{LlmError, LlmErrorKind},
};

use crate::{client::OpenAiLlm, failure::protocol, whole::WholeQuestion};

/// What a request holds at most: endpoints allow 2,048 texts and about 300,000 tokens; smaller batches fail more cheaply.
const MAX_TEXTS: usize = 64;
const MAX_CHARACTERS: usize = 128_000;
/// What is embedded of a text: models take about 8,000 tokens.
const MAX_TEXT: usize = 8_000;
/// How long one batch may take.
const PATIENCE: Duration = Duration::from_secs(20);
const MAX_ANSWER: usize = 32 * 1024 * 1024;

#[derive(Serialize)]
struct EmbeddingsRequest<'a> {
    model: &'a str,
    input: &'a [&'a str],
    encoding_format: &'static str,
}

#[derive(Deserialize)]
struct EmbeddingsAnswer {
    data: Vec<Embedding>,
}

#[derive(Deserialize)]
struct Embedding {
    index: usize,
    embedding: Vec<f32>,
}

#[async_trait]
impl Embedder for OpenAiLlm {
    async fn embed(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, LlmError> {
        let mut vectors = Vec::with_capacity(texts.len());
        let cut: Vec<&str> = texts.iter().map(|text| cut(text)).collect();
        for batch in batches(&cut) {
            vectors.extend(self.embed_batch(batch).await?);
        }
        let length = vectors.first().map_or(0, Vec::len);
        if vectors.iter().any(|vector| vector.len() != length) {
            return Err(protocol("the vectors are not of one length"));
        }
        Ok(vectors)
    }

    #[expect(clippy::misnamed_getters, reason = "to an embedder, its model is the one that embeds")]
    fn model(&self) -> &str {
        &self.config.embedding_model
    }
}

impl OpenAiLlm {
    async fn embed_batch(&self, batch: &[&str]) -> Result<Vec<Vec<f32>>, LlmError> {
        let request = EmbeddingsRequest { model: &self.config.embedding_model, input: batch, encoding_format: "float" };
        let body = serde_json::to_vec(&request)
            .map_err(|error| LlmError::new(LlmErrorKind::Rejected, "the request is no JSON").caused_by(error))?;
        let body = bytes::Bytes::from(body);
        let answer: EmbeddingsAnswer = self
            .ask_whole(WholeQuestion {
                url: self.config.embeddings_url(),
                body: &|request| Ok(request.header("content-type", "application/json").body(body.clone())),
                patience: PATIENCE,
                max_answer_bytes: MAX_ANSWER,
            })
            .await?;
        in_order(answer.data, batch.len())
    }
}

/// The vectors in the order of their texts, one each.
fn in_order(data: Vec<Embedding>, count: usize) -> Result<Vec<Vec<f32>>, LlmError> {
    let mut vectors: Vec<Option<Vec<f32>>> = vec![None; count];
    for Embedding { index, embedding } in data {
        match vectors.get_mut(index) {
            Some(place @ None) if !embedding.is_empty() => *place = Some(normalized(embedding)?),
            _ => return Err(protocol("the vectors do not belong to the texts")),
        }
    }
    vectors.into_iter().collect::<Option<_>>().ok_or_else(|| protocol("a vector is missing"))
}

/// What is sent of a text. Endpoints refuse an empty one.
fn cut(text: &str) -> &str {
    let text = text.char_indices().nth(MAX_TEXT).and_then(|(end, _)| text.get(..end)).unwrap_or(text);
    if text.is_empty() { " " } else { text }
}

fn batches<'a>(texts: &'a [&'a str]) -> impl Iterator<Item = &'a [&'a str]> {
    let mut rest = texts;
    std::iter::from_fn(move || {
        let mut characters = 0;
        let fits = rest.iter().take(MAX_TEXTS).take_while(|text| {
            characters += text.len();
            characters <= MAX_CHARACTERS
        });
        let count = fits.count().max(1).min(rest.len());
        let (batch, later) = rest.split_at(count);
        rest = later;
        (!batch.is_empty()).then_some(batch)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_are_bounded_and_hold_every_text_once() {
        let long = "x".repeat(MAX_CHARACTERS - 10);
        let texts: Vec<&str> =
            std::iter::repeat_n("short", 130).chain([long.as_str(), "last one is too long", ""]).collect();
        let sizes: Vec<usize> = batches(&texts).map(<[&str]>::len).collect();
        assert_eq!(sizes, [64, 64, 3, 2]);
        assert_eq!(batches(&[]).count(), 0);
        assert_eq!(batches(&["y".repeat(2 * MAX_CHARACTERS).as_str()]).count(), 1);
    }

    #[test]
    fn texts_are_cut_between_characters_and_never_empty() {
        assert_eq!(cut(&"ü".repeat(MAX_TEXT + 1)).chars().count(), MAX_TEXT);
        assert_eq!((cut(""), cut("a")), (" ", "a"));
    }

    #[test]
    fn vectors_that_do_not_fit_the_texts_are_refused() {
        let vector = |index| Embedding { index, embedding: vec![1.0] };
        assert_eq!(in_order(vec![vector(1), vector(0)], 2).unwrap().len(), 2);
        for wrong in [vec![vector(0)], vec![vector(0), vector(0)], vec![vector(0), vector(2)]] {
            assert_eq!(in_order(wrong, 2).unwrap_err().kind, LlmErrorKind::Protocol);
        }
    }
}
