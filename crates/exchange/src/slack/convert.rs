//! A message of Slack's as one of ours.

use std::collections::{HashMap, HashSet};

use serde_json::json;
use stead_application::import::{Import, Place, Said};
use stead_domain::{Timestamp, text::Handle};

use super::{
    emoji,
    people::author_of,
    text::{markdown, markdown_link},
    wire::{File, Message},
};

/// What is said by people and programs. All else that Slack writes tells of what it did itself.
const SAID: [&str; 7] = [
    "bot_message",
    "me_message",
    "thread_broadcast",
    "file_share",
    "file_comment",
    "slackbot_response",
    "file_mention",
];

/// How many files of a message are named.
const FILES: usize = 20;

/// What is pinned, by the time of the message: by whom, and when.
pub(super) type Pins = HashMap<i64, (String, Timestamp)>;

/// A time stamp like `1355517523.000005`.
pub(super) fn time_of(ts: &str) -> Option<Timestamp> {
    let (seconds, fraction) = ts.split_once('.').unwrap_or((ts, "0"));
    let micros: String = fraction.chars().chain(std::iter::repeat('0')).take(6).collect();
    let micros: i64 = micros.parse().ok().filter(|_| fraction.bytes().all(|byte| byte.is_ascii_digit()))?;
    let seconds: i64 = seconds.parse().ok()?;
    Timestamp::from_unix_micros(seconds.checked_mul(1_000_000)?.checked_add(micros)?)
        .filter(|at| *at >= Timestamp::EPOCH)
}

/// The message; none where nobody said anything. `there` are the times of those before it.
pub(super) fn saying(
    import: &Import,
    at: Timestamp,
    message: Message,
    pins: &Pins,
    there: &HashSet<i64>,
) -> Option<Said> {
    let subtype = message.subtype.as_deref();
    let is_deleted = subtype == Some("tombstone");
    if subtype.is_some_and(|subtype| !SAID.contains(&subtype)) && !is_deleted {
        return None;
    }
    let author = author_of(&message)?.to_owned();
    let parent = message.thread_ts.as_deref().and_then(time_of).filter(|parent| *parent != at);
    let parent = parent.filter(|parent| there.contains(&parent.unix_micros()));
    let reactions = message.reactions.iter().flatten().flat_map(|reaction| {
        let emoji = reaction.name.as_deref().and_then(emoji::by_name);
        let with = move |user: &String| emoji.clone().map(|emoji| (user.clone(), emoji));
        reaction.users.iter().flatten().filter_map(with)
    });
    let files: Vec<&File> = message.files.iter().flatten().chain(&message.file).take(FILES).collect();
    Some(Said {
        place: place(at),
        author,
        text: text_of(import, &message, &files),
        metadata: metadata(&files),
        edited_at: message.edited.as_ref().and_then(|edited| edited.ts.as_deref()).and_then(time_of),
        reply_to: parent.map(place),
        reactions: reactions.collect(),
        pinned: pins.get(&at.unix_micros()).cloned(),
        is_deleted,
    })
}

/// In a channel no two messages have the same time.
fn place(at: Timestamp) -> Place {
    let micros = at.unix_micros();
    Place { key: micros.to_string(), at, n: u32::try_from(micros % 1_000).unwrap_or(0) }
}

fn text_of(import: &Import, message: &Message, files: &[&File]) -> String {
    let handle = |user: &str| import.handle_of(user).map(Handle::as_str);
    let mut text = markdown(message.text.as_deref().unwrap_or_default(), &handle);
    if text.is_empty() {
        let shown = message.attachments.iter().flatten().filter(|attached| attached.from_url.is_none());
        let told = shown.flat_map(|attached| match (&attached.text, &attached.fallback) {
            (Some(text), _) if !text.is_empty() => [attached.title.as_deref(), Some(text.as_str())],
            (_, fallback) => [fallback.as_deref().or(attached.title.as_deref()), None],
        });
        let told: Vec<String> = told.flatten().map(|text| markdown(text, &handle)).collect();
        text = told.join("\n");
    }
    if message.subtype.as_deref() == Some("me_message") && !text.is_empty() {
        text = format!("_{text}_");
    }
    let links: Vec<String> = files.iter().filter_map(|file| shown(file)).collect();
    if !links.is_empty() {
        text = [text, links.join("\n")].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n");
    }
    text
}

fn shown(file: &File) -> Option<String> {
    let name = file.name.as_deref().or(file.title.as_deref()).filter(|name| !name.is_empty())?;
    Some(match address(file) {
        Some(address) => markdown_link(name, address),
        None => name.to_owned(),
    })
}

fn address(file: &File) -> Option<&str> {
    let address = file.permalink.as_deref().or(file.url_private.as_deref());
    address.filter(|address| address.starts_with("https://") || address.starts_with("http://"))
}

fn metadata(files: &[&File]) -> serde_json::Value {
    if files.is_empty() {
        return json!({"imported_from": super::SOURCE});
    }
    let one = |file: &&File| json!({"name": file.name.as_deref().or(file.title.as_deref()), "url": address(file), "content_type": file.mimetype, "size": file.size});
    json!({"imported_from": super::SOURCE, "files": files.iter().map(one).collect::<Vec<_>>()})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_stamps_are_read_to_the_microsecond() {
        let micros = |ts| time_of(ts).map(Timestamp::unix_micros);
        assert_eq!(micros("1355517523.000005"), Some(1_355_517_523_000_005));
        assert_eq!(micros("1355517523"), Some(1_355_517_523_000_000));
        assert_eq!(micros("1355517523.5"), Some(1_355_517_523_500_000));
        for bad in ["", ".", "x", "1.x", "-1.0", "1.-1", "99999999999999999999.0"] {
            assert_eq!(micros(bad), None, "{bad}");
        }
    }
}
