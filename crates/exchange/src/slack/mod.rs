//! What Slack gives when a workspace is exported: people, channels, messages, threads and reactions. Of files only where
//! they are is kept; nothing is fetched.

mod archive;
mod convert;
mod emoji;
mod people;
mod text;
mod wire;

use std::{
    collections::{HashMap, HashSet},
    path::Path,
};

use anyhow::Context;
use stead_application::{
    Application,
    import::{Import, NewRoom, RoomKind, Tally},
};
use stead_domain::{OrganizationId, Timestamp};

use self::{
    archive::Archive,
    convert::{Pins, saying, time_of},
    people::{people, strangers},
    wire::{Channel, Message},
};
use crate::Progress;

/// Under which name it is known what came from here.
const SOURCE: &str = "slack";

/// The lists of channels, by what kind of room they name.
const LISTS: [&str; 4] = ["channels.json", "groups.json", "dms.json", "mpims.json"];

/// Brings an export into an organization.
///
/// # Errors
/// The file is not an export, or the database says no. What was brought by then stays; the next try goes on.
pub async fn import_slack(
    application: &Application,
    organization: OrganizationId,
    file: &Path,
    progress: &mut dyn Progress,
) -> anyhow::Result<Tally> {
    let mut archive = Archive::open(file)?;
    let mut import = application.begin_import(organization, SOURCE).await.context("the import cannot begin")?;
    let users = archive.list::<wire::User>("users.json")?;
    import.people(people(users)).await.context("people could not be brought")?;
    let mut rooms = Vec::new();
    for list in LISTS {
        for channel in archive.list::<Channel>(list)? {
            rooms.push((list, channel));
        }
    }
    let days: usize = rooms.iter().map(|(list, channel)| archive.days_of(folder_of(list, channel)).len()).sum();
    progress.begin(Some(u64::try_from(days)?));
    for (list, channel) in rooms {
        let name = folder_of(list, &channel).to_owned();
        bring_room(&mut import, &mut archive, list, channel, progress)
            .await
            .with_context(|| format!("{name} could not be brought"))?;
    }
    let tally = import.finish().await.context("the import could not be ended")?;
    progress.end();
    Ok(tally)
}

async fn bring_room(
    import: &mut Import,
    archive: &mut Archive,
    list: &str,
    channel: Channel,
    progress: &mut dyn Progress,
) -> anyhow::Result<()> {
    let days = archive.days_of(folder_of(list, &channel));
    let pins = pins_of(&channel);
    import.people(strangers(channel.members.iter().flatten().chain(&channel.creator))).await?;
    let Some(mut room) = import.room(new_room(list, channel)).await? else {
        import.leave_out(1);
        days.iter().for_each(|_| progress.step(1, ""));
        return Ok(());
    };
    // A thread's first message is before its replies; one that is not in the export has none.
    let mut there: HashSet<i64> = HashSet::new();
    for (name, n) in days {
        let mut messages: Vec<(Timestamp, Message)> = Vec::new();
        for message in archive.read::<Message>(n, &name)? {
            match message.ts.as_deref().and_then(time_of) {
                Some(at) => messages.push((at, message)),
                None => import.leave_out(1),
            }
        }
        messages.sort_by_key(|(at, _)| *at);
        import.people(people::of_messages(messages.iter().map(|(_, message)| message))).await?;
        let mut said = Vec::with_capacity(messages.len());
        for (at, message) in messages {
            match saying(import, at, message, &pins, &there) {
                Some(one) => {
                    there.insert(at.unix_micros());
                    said.push(one);
                }
                None => import.leave_out(1),
            }
        }
        import.messages(&mut room, said).await?;
        progress.step(1, &name);
    }
    import.room_is_complete(&room).await?;
    Ok(())
}

/// Where the days of a channel lie.
fn folder_of<'a>(list: &str, channel: &'a Channel) -> &'a str {
    match (list, &channel.name) {
        ("dms.json", _) | (_, None) => &channel.id,
        (_, Some(name)) => name,
    }
}

fn new_room(list: &str, channel: Channel) -> NewRoom {
    let name = channel.name.unwrap_or_else(|| channel.id.clone());
    let about = |about: Option<wire::About>| about.and_then(|about| about.value).filter(|value| !value.is_empty());
    let topic = about(channel.topic).or_else(|| about(channel.purpose)).unwrap_or_default();
    NewRoom {
        kind: match list {
            "channels.json" => RoomKind::Public(name),
            "groups.json" => RoomKind::Private(name),
            "dms.json" => RoomKind::Direct,
            _ => RoomKind::Group,
        },
        key: channel.id,
        topic: text::markdown(&topic, &|_| None),
        created_at: channel.created.and_then(seconds),
        created_by: channel.creator,
        members: channel.members.unwrap_or_default(),
    }
}

fn pins_of(channel: &Channel) -> Pins {
    let pin = |pin: &wire::Pin| {
        let at = pin.created.and_then(seconds);
        let message = pin.id.as_deref().and_then(time_of)?;
        Some((message.unix_micros(), (pin.user.clone().unwrap_or_default(), at.unwrap_or(message))))
    };
    channel.pins.iter().flatten().filter_map(pin).collect::<HashMap<_, _>>()
}

#[expect(clippy::cast_possible_truncation, reason = "a time in seconds, which the next line checks")]
fn seconds(since_1970: f64) -> Option<Timestamp> {
    let seconds = since_1970 as i64;
    Timestamp::from_unix_micros(seconds.checked_mul(1_000_000)?).filter(|at| *at >= Timestamp::EPOCH)
}
