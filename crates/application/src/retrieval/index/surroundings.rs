//! What a message is embedded as: single lines mean little, so it comes with where it was said, what it answers, and what was
//! said right before it.

use std::time::Duration;

use stead_domain::ports::store::MessageToIndex;

/// What was said longer before is about something else.
const SHORTLY: Duration = Duration::from_secs(10 * 60);
/// A message as long as this, in characters, speaks for itself.
const LONG: usize = 600;
/// How much of what was said before is told, and of what is answered.
const BEFORE: usize = 160;
const ANSWERED: usize = 300;
/// How long a part of a message is at most, in characters, and how many parts of one are embedded.
const PART: usize = 1_600;
const PARTS: usize = 40;

/// The parts of a message, as they are embedded.
pub(super) fn texts(
    message: &MessageToIndex,
    before: &[MessageToIndex],
    answered: Option<&MessageToIndex>,
) -> Vec<String> {
    let mut head = String::new();
    if let Some(name) = &message.place_name {
        head.push_str(&format!("{name}\n"));
    }
    if message.content.chars().nth(LONG).is_none() {
        let shortly = |one: &&MessageToIndex| message.created_at.since(one.created_at) <= SHORTLY;
        let told = |one: &&MessageToIndex| answered.is_none_or(|answered| answered.id != one.id);
        for one in before.iter().filter(shortly).filter(told) {
            head.push_str(&said(one, BEFORE));
        }
        if let Some(answered) = answered {
            head.push_str(&said(answered, ANSWERED));
        }
    }
    let author = message.author_name.as_deref().unwrap_or_default();
    parts(&message.content).into_iter().map(|part| format!("{head}{author}: {part}")).collect()
}

fn said(message: &MessageToIndex, most: usize) -> String {
    let words: Vec<&str> = message.content.split_whitespace().collect();
    let text = words.join(" ");
    let cut = text.char_indices().nth(most).map_or(text.len(), |(end, _)| end);
    let author = message.author_name.as_deref().unwrap_or_default();
    if text.is_empty() { String::new() } else { format!("{author}: {}\n", text.get(..cut).unwrap_or_default()) }
}

/// A text in parts, cut where a word ends.
fn parts(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() && parts.len() < PARTS {
        let most = rest.char_indices().nth(PART).map_or(rest.len(), |(end, _)| end);
        let head = rest.get(..most).unwrap_or(rest);
        let end = if most == rest.len() {
            most
        } else {
            head.rfind(char::is_whitespace).filter(|end| *end > 0).unwrap_or(most)
        };
        let (part, later) = rest.split_at(end);
        parts.push(part.trim_end());
        rest = later.trim_start();
    }
    parts
}

#[cfg(test)]
mod tests {
    use stead_domain::{
        ConversationId, Id, Timestamp, UserId,
        message::{Author, MessageStatus},
        ports::vector_store::VectorPlace,
    };
    use uuid::Uuid;

    use super::*;

    fn message(n: u128, author: &str, content: &str, second: u64) -> MessageToIndex {
        MessageToIndex {
            id: Id::new(Uuid::from_u128(n)),
            organization_id: Id::new(Uuid::nil()),
            place: VectorPlace::Channel(ConversationId::new(Uuid::nil())),
            place_name: Some("garden".to_owned()),
            author: Author::User(UserId::new(Uuid::nil())),
            author_name: Some(author.to_owned()),
            content: content.to_owned(),
            reply_to_id: None,
            status: MessageStatus::Complete,
            version: 1,
            created_at: Timestamp::EPOCH.plus(Duration::from_secs(second)),
            files: Vec::new(),
        }
    }

    #[test]
    fn a_short_message_comes_with_what_was_said_shortly_before() {
        let old = message(1, "Ann", "Good morning", 0);
        let before = message(2, "Ann", "Who has\n the key?", 10_000);
        let answered = message(3, "Cem", "Key of the shed", 200);
        let text = texts(&message(4, "Bo", "Me", 10_060), &[old, before.clone()], Some(&answered));
        assert_eq!(text, ["garden\nAnn: Who has the key?\nCem: Key of the shed\nBo: Me"]);
        let told_once = texts(&message(4, "Bo", "Me", 10_060), std::slice::from_ref(&before), Some(&before));
        assert_eq!(told_once, ["garden\nAnn: Who has the key?\nBo: Me"]);
        let long = "word ".repeat(200);
        let alone = texts(&message(4, "Bo", &long, 10_060), &[before], None);
        assert!(alone.len() == 1 && alone[0].starts_with("garden\nBo: word"));
    }

    #[test]
    fn a_long_message_is_cut_between_words_and_has_an_end() {
        let long = "wörter ".repeat(600);
        let parts = parts(&long);
        assert!(parts.len() == 3 && parts.iter().all(|part| part.ends_with("wörter")), "{parts:?}");
        assert_eq!(super::parts(&"x".repeat(200_000)).len(), PARTS);
        assert!(super::parts(" \n ").is_empty());
    }
}
