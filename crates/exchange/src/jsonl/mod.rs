//! Chat as lines of JSON, a message each. `author` is somebody who is not here; `handle` is who has it here, if anybody has.

mod line;
mod links;

use std::{
    collections::HashMap,
    fs::File,
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
};

use anyhow::{Context, bail, ensure};
use serde_json::json;
use stead_application::{
    Application,
    import::{Import, ImportedRoom, NewPerson, NewRoom, RoomKind, Said, Tally},
};
use stead_domain::OrganizationId;

use self::{line::Line, links::Links};
use crate::Progress;

/// Under which name it is known what came from here.
const SOURCE: &str = "jsonl";
/// How long a line may be.
const LONGEST_LINE: u64 = 1024 * 1024;
/// How many lines are brought at once.
const LINES: usize = 500;

/// Brings lines into the channels that they name, or else into this one; what is not there is made, public.
///
/// # Errors
/// A line is wrong (the error says which), or the database says no. What was brought by then stays; the next try goes on.
pub async fn import_jsonl(
    application: &Application,
    organization: OrganizationId,
    files: &[PathBuf],
    channel: Option<&str>,
    progress: &mut dyn Progress,
) -> anyhow::Result<Tally> {
    let import = application.begin_import(organization, SOURCE).await.context("the import cannot begin")?;
    let mut lines = Lines { import, channel, rooms: HashMap::new(), links: Links::default(), waiting: Vec::new() };
    let mut bytes = 0;
    for file in files {
        bytes += std::fs::metadata(file).with_context(|| format!("{} cannot be read", file.display()))?.len();
    }
    progress.begin(Some(bytes));
    for file in files {
        lines.file(file, progress).await?;
    }
    for room in lines.rooms.values().flatten() {
        lines.import.room_is_complete(room).await.context("a channel could not be told of")?;
    }
    let tally = lines.import.finish().await.context("the import could not be ended")?;
    progress.end();
    Ok(tally)
}

struct Lines<'a> {
    import: Import,
    channel: Option<&'a str>,
    /// By their names; none of one that was deleted here.
    rooms: HashMap<String, Option<ImportedRoom>>,
    links: Links,
    waiting: Vec<(String, NewPerson, Said)>,
}

impl Lines<'_> {
    async fn file(&mut self, path: &Path, progress: &mut dyn Progress) -> anyhow::Result<()> {
        let file = File::open(path).with_context(|| format!("{} cannot be read", path.display()))?;
        let mut reader = BufReader::new(file);
        self.links.next_file();
        let (mut n, mut text, mut read) = (0_u64, Vec::new(), 0);
        loop {
            text.clear();
            n += 1;
            let length = (&mut reader).take(LONGEST_LINE + 1).read_until(b'\n', &mut text);
            let length = u64::try_from(length.with_context(|| format!("{} cannot be read", path.display()))?)?;
            ensure!(length <= LONGEST_LINE, "{}:{n}: is longer than {LONGEST_LINE} bytes", path.display());
            if length == 0 {
                break;
            }
            read += length;
            if !text.trim_ascii().is_empty() {
                self.line(&text).with_context(|| format!("{}:{n}", path.display()))?;
            }
            if self.waiting.len() >= LINES {
                self.bring().await.with_context(|| format!("{}, before line {n}", path.display()))?;
                progress.step(std::mem::take(&mut read), &format!("{}:{n}", path.display()));
            }
        }
        self.bring().await.with_context(|| format!("{}", path.display()))?;
        progress.step(read, &path.display().to_string());
        Ok(())
    }

    fn line(&mut self, text: &[u8]) -> anyhow::Result<()> {
        let line: Line = serde_json::from_slice(text)?;
        let channel = line.channel.as_deref().or(self.channel).map(str::trim).filter(|name| !name.is_empty());
        let Some(channel) = channel.map(str::to_owned) else {
            bail!("names no channel, and none was given (--channel)")
        };
        let at = line.time()?;
        let (author, person) = line.person()?;
        let (place, reply_to) = self.links.place(&channel, &line, at, &author);
        let said = Said {
            place,
            author,
            text: line.text,
            metadata: json!({"imported_from": SOURCE}),
            edited_at: None,
            reply_to,
            reactions: Vec::new(),
            pinned: None,
            is_deleted: false,
        };
        self.waiting.push((channel, person, said));
        Ok(())
    }

    async fn bring(&mut self) -> anyhow::Result<()> {
        let waiting = std::mem::take(&mut self.waiting);
        self.import.people(waiting.iter().map(|(_, person, _)| person.clone()).collect()).await?;
        let mut by_channel: Vec<(String, Vec<Said>)> = Vec::new();
        for (channel, _, said) in waiting {
            match by_channel.iter_mut().find(|(name, _)| *name == channel) {
                Some((_, all)) => all.push(said),
                None => by_channel.push((channel, vec![said])),
            }
        }
        for (channel, said) in by_channel {
            if !self.rooms.contains_key(&channel) {
                let room = self.import.room(new_room(&channel)).await?;
                self.rooms.insert(channel.clone(), room);
            }
            match self.rooms.get_mut(&channel).and_then(Option::as_mut) {
                Some(room) => self.import.messages(room, said).await?,
                None => self.import.leave_out(u64::try_from(said.len())?),
            }
        }
        Ok(())
    }
}

fn new_room(name: &str) -> NewRoom {
    NewRoom {
        key: name.to_lowercase(),
        kind: RoomKind::Public(name.to_owned()),
        topic: String::new(),
        created_at: None,
        created_by: None,
        members: Vec::new(),
    }
}
