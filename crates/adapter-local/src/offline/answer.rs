//! The answer, in Markdown.

use stead_domain::ports::llm::LlmMessage;

use super::{
    passages::{passages, question, said_by_person},
    ranking::{best, themes},
    words::{one_line, sentences, shortened, topics},
};

/// How every answer begins.
pub(super) const OFFLINE: &str = "I am Stead's offline model";
/// The rest of that sentence.
const HOW_TO_CHANGE: &str = "no language model is set up, so I can only quote and summarise what I was given; \
                             `STEAD_LLM__BASE_URL` connects a real one.";

/// The most quotes of an answer.
const MAX_QUOTES: usize = 4;
/// The longest quote, in characters.
const MAX_QUOTE: usize = 300;
/// The longest mention of a message, in characters.
const MAX_MENTION: usize = 120;
/// From so many sentences on, a message is long enough to be summarised.
const LONG_MESSAGE: usize = 4;

pub(super) fn answer(messages: &[LlmMessage]) -> String {
    let mut parts = vec![format!("{OFFLINE}: {HOW_TO_CHANGE}")];
    let question = question(messages);
    if question.trim().is_empty() {
        parts.push("You have not asked anything yet.".to_owned());
        return parts.join("\n\n");
    }
    let quotes = quotes(messages, question);
    let gist = gist(question);
    if quotes.is_empty() && gist.is_empty() {
        parts.push(format!("You wrote: “{}” I found nothing about that in this conversation.", mention(question)));
    } else {
        parts.push(format!("You wrote: “{}”", mention(question)));
    }
    if !quotes.is_empty() {
        parts.push("**What I found about it**".to_owned());
        parts.extend(quotes);
    }
    if !gist.is_empty() {
        parts.push("**The main points of your message**".to_owned());
        parts.push(gist);
    }
    parts.extend(so_far(messages));
    parts.join("\n\n")
}

/// The sentences that fit the question best, and who said them.
fn quotes(messages: &[LlmMessage], question: &str) -> Vec<String> {
    let passages = passages(messages);
    let places = best(passages.iter().map(|passage| passage.text.as_str()), &topics(question), MAX_QUOTES);
    let quoted = places.into_iter().filter_map(|place| passages.get(place));
    quoted
        .map(|passage| format!("> {}  \n> — {}", shortened(&passage.text, MAX_QUOTE), passage.said_by.as_str()))
        .collect()
}

/// The sentences of a long message that share most with the rest of it.
fn gist(question: &str) -> String {
    let all: Vec<String> = sentences(question).collect();
    if all.len() < LONG_MESSAGE {
        return String::new();
    }
    let themes = themes(all.iter().map(String::as_str));
    let places = best(all.iter().map(String::as_str), &themes, MAX_QUOTES - 1);
    let points: Vec<String> = places
        .into_iter()
        .filter_map(|place| all.get(place))
        .map(|point| format!("- {}", shortened(point, MAX_QUOTE)))
        .collect();
    points.join("\n")
}

/// What the conversation was, where there was one.
fn so_far(messages: &[LlmMessage]) -> Option<String> {
    let count = said_by_person(messages).count();
    let before = said_by_person(messages).rev().nth(1)?;
    Some(match said_by_person(messages).next() {
        Some(first) if count > 2 => format!(
            "**So far** you have written {count} messages. The first was “{}”, the one before this “{}”",
            mention(first),
            mention(before)
        ),
        _ => format!("**So far** you have written {count} messages. The one before this was “{}”", mention(before)),
    })
}

/// A message in a few words.
fn mention(text: &str) -> String {
    shortened(&one_line(text), MAX_MENTION)
}
