//! What a document says, in its own sentences.

use stead_domain::ports::llm::LlmMessage;

use super::{
    passages::question,
    ranking::{best, themes},
    words::{sentences, shortened},
};

/// The most sentences of a summary, and the most that are looked at.
const MAX_SENTENCES: usize = 4;
const MAX_LOOKED_AT: usize = 400;
/// The longest of them, in characters.
const MAX_SENTENCE: usize = 300;

/// The sentences that share most with the rest, in their order; of a document that repeats nothing, the first.
pub(super) fn summary(messages: &[LlmMessage]) -> String {
    let all: Vec<String> = sentences(question(messages)).take(MAX_LOOKED_AT).collect();
    let themes = themes(all.iter().map(String::as_str));
    let mut places = best(all.iter().map(String::as_str), &themes, MAX_SENTENCES);
    if places.is_empty() {
        places = (0..all.len().min(MAX_SENTENCES)).collect();
    }
    let said = places.into_iter().filter_map(|place| all.get(place));
    let said: Vec<String> = said.map(|sentence| shortened(sentence, MAX_SENTENCE)).collect();
    said.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> String {
        summary(&[LlmMessage::System("Summarise it.".into()), LlmMessage::User(text.into())])
    }

    #[test]
    fn it_is_made_of_the_documents_own_sentences() {
        let text = "The warehouse stores pears. It rained on Monday. The warehouse ships pears on Friday. Call me. \
                    Somebody sang. Pears from the warehouse are green. A dog barked.";
        let summary = of(text);
        assert!(summary.contains("ships pears on Friday") && !summary.contains("barked"), "{summary}");
    }

    #[test]
    fn where_nothing_is_repeated_it_is_the_beginning() {
        assert_eq!(of("Apples fall. Winds blow."), "Apples fall. Winds blow.");
        assert_eq!(of(""), "");
    }
}
