//! Who is named in an export.

use stead_application::import::NewPerson;
use stead_domain::text::Email;

use super::wire::{Message, Profile, User};

/// Those who are listed.
pub(super) fn people(users: Vec<User>) -> Vec<NewPerson> {
    users.into_iter().map(person).collect()
}

/// Those of whom nothing is known but their ids.
pub(super) fn strangers<'a>(ids: impl Iterator<Item = &'a String>) -> Vec<NewPerson> {
    ids.map(|id| stranger(id, None)).collect()
}

/// Those who say something.
pub(super) fn of_messages<'a>(messages: impl Iterator<Item = &'a Message>) -> Vec<NewPerson> {
    messages.flat_map(author).collect()
}

/// Under which name the author of a message is known.
pub(super) fn author_of(message: &Message) -> Option<&str> {
    let commented = message.comment.as_ref().and_then(|comment| comment.user.as_deref());
    let somebody = message.user.as_deref().or(commented);
    somebody.or(message.bot_id.as_deref()).or(message.username.as_deref()).filter(|key| !key.is_empty())
}

fn author(message: &Message) -> impl Iterator<Item = NewPerson> {
    let reactors = message.reactions.iter().flatten().flat_map(|reaction| reaction.users.iter().flatten());
    let profile = message.user_profile.as_ref();
    let author = author_of(message).map(|key| {
        if message.user.as_deref() == Some(key) || message.comment.is_some() {
            return stranger(key, profile);
        }
        let called = message.bot_profile.as_ref().and_then(|bot| bot.name.as_deref());
        let name = message.username.as_deref().or(called).unwrap_or(key);
        NewPerson { is_service: true, ..named(key, name, name) }
    });
    author.into_iter().chain(reactors.map(|id| stranger(id, None)))
}

/// A bot is known under two names.
fn person(user: User) -> NewPerson {
    let User { id, name, real_name, is_bot, profile } = user;
    let profile = profile.unwrap_or_default();
    let handle = name.unwrap_or_else(|| id.clone());
    let called =
        [profile.display_name, profile.real_name, real_name].into_iter().flatten().find(|name| !name.is_empty());
    let called = called.unwrap_or_else(|| handle.clone());
    let bot = profile.bot_id.filter(|_| is_bot);
    let email = profile.email.as_deref().and_then(|email| Email::parse(email).ok());
    NewPerson { also: bot, email, is_service: is_bot, ..named(&id, &handle, &called) }
}

fn stranger(id: &str, profile: Option<&Profile>) -> NewPerson {
    let given = |name: Option<&String>| name.filter(|name| !name.is_empty()).cloned();
    let handle = profile.and_then(|profile| given(profile.name.as_ref()));
    let called = profile.and_then(|profile| given(profile.display_name.as_ref()).or(given(profile.real_name.as_ref())));
    let handle = handle.unwrap_or_else(|| if id == "USLACKBOT" { "slackbot".to_owned() } else { id.to_owned() });
    let called = called.unwrap_or_else(|| handle.clone());
    NewPerson { is_service: id == "USLACKBOT", ..named(id, &handle, &called) }
}

fn named(key: &str, handle: &str, display_name: &str) -> NewPerson {
    NewPerson {
        key: key.to_owned(),
        also: None,
        handle: handle.to_owned(),
        display_name: display_name.to_owned(),
        email: None,
        is_here: false,
        is_service: false,
    }
}
