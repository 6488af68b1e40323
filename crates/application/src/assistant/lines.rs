//! What was said, as lines for a model that is to tell what happened: numbered, with who and when.

use std::collections::HashMap;

use stead_domain::{MessageId, Readable, ports::read_gate::MessageText};

use crate::{
    retrieval::{as_name, as_piece},
    turn::estimate_tokens,
};

/// The most characters of one message that are shown.
const MOST_OF_ONE: usize = 2_000;

/// A part of what was said that fits into one question.
pub(super) struct Part {
    pub text: String,
}

/// The messages in parts of at most about so many tokens, numbered from 1 through all of them.
pub(super) fn parts(said: &[Readable<MessageText>], most: u32) -> Vec<Part> {
    let numbers: HashMap<MessageId, usize> = said.iter().map(|said| said.id).zip(1..).collect();
    let (mut parts, mut text, mut tokens) = (Vec::new(), String::new(), 0u32);
    for (n, said) in (1..).zip(said) {
        let line = line(n, said, said.reply_to_id.and_then(|id| numbers.get(&id).copied()));
        let cost = estimate_tokens(&line);
        if tokens > 0 && tokens.saturating_add(cost) > most {
            parts.push(Part { text: std::mem::take(&mut text) });
            tokens = 0;
        }
        text.push_str(&line);
        tokens = tokens.saturating_add(cost);
    }
    if !text.is_empty() {
        parts.push(Part { text });
    }
    parts
}

fn line(n: usize, said: &MessageText, answers: Option<usize>) -> String {
    let at = said.created_at.get();
    let (month, day) = (u8::from(at.month()), at.day());
    let who = as_name(said.author_name.as_deref().unwrap_or("Somebody"));
    let to = answers.map(|n| format!(" (to [{n}])")).unwrap_or_default();
    let text = said.content.get(..said.content.floor_char_boundary(MOST_OF_ONE)).unwrap_or_default();
    format!("[{n}] {month:02}-{day:02} {:02}:{:02} {who}{to}: {}\n", at.hour(), at.minute(), as_piece(text))
}
