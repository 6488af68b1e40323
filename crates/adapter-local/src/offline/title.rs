//! A title for a conversation.

use stead_domain::ports::llm::LlmMessage;

use super::{
    passages::said_by_person,
    words::{sentences, shortened},
};

const MAX_WORDS: usize = 8;
const MAX_CHARACTERS: usize = 60;

/// The first words that the person said.
pub(super) fn title(messages: &[LlmMessage]) -> String {
    let first =
        said_by_person(messages).flat_map(sentences).find(|sentence| sentence.chars().any(char::is_alphanumeric));
    let Some(first) = first else { return "New conversation".to_owned() };
    let words: Vec<&str> = first.split(' ').take(MAX_WORDS).collect();
    let title = words.join(" ");
    shortened(title.trim_end_matches(['.', ',', ';', ':', '!', '?', '-', '。', '！', '？']), MAX_CHARACTERS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> String {
        title(&[LlmMessage::System("Give it a title.".into()), LlmMessage::User(text.into())])
    }

    #[test]
    fn it_is_the_first_words() {
        assert_eq!(of("Hello!"), "Hello");
        assert_eq!(of("## How do I plant\n a pear tree?"), "How do I plant");
        assert_eq!(of("one two three four five six seven eight nine"), "one two three four five six seven eight");
        assert_eq!(of("!!! ??? \n\n 你好。"), "你好");
        assert_eq!(of(""), "New conversation");
        assert_eq!(of(&"長".repeat(100)), format!("{}…", "長".repeat(60)));
    }
}
