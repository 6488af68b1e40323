//! What an organization has, as one zip file: lines of JSON by kind, the bytes of its files, and a manifest with the SHA-256
//! of each part. It appears whole or not at all.

mod rows;
mod writer;

use std::path::Path;

use anyhow::{Context, ensure};
use futures_util::TryStreamExt;
use serde_json::{Value, json};
use stead_application::{Application, export::Export};
use stead_domain::{AgentId, ConversationId, OrganizationId, message::Author, ports::store::ExportedMessage};

use self::writer::Writer;
use crate::Progress;

/// What an archive holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Exported {
    /// How many people.
    pub users: u64,
    /// How many channels.
    pub channels: u64,
    /// How many messages of channels.
    pub messages: u64,
    /// How many threads.
    pub threads: u64,
    /// How many messages of threads.
    pub thread_messages: u64,
    /// How many files.
    pub files: u64,
    /// How many files whose bytes are not there, or not those that were uploaded: the manifest names them.
    pub damaged: u64,
    /// How large it is.
    pub bytes: u64,
}

/// Writes all of an organization to a file that must not exist.
///
/// # Errors
/// There is no such organization, the file is there or cannot be written, the database says no. Then there is no file.
pub async fn export(
    application: &Application,
    organization: OrganizationId,
    file: &Path,
    progress: &mut dyn Progress,
) -> anyhow::Result<Exported> {
    let export = application.begin_export(organization).await.context("the export cannot begin")?;
    let mut archive = Archive {
        writer: Writer::create(file)?,
        export,
        agents: Vec::new(),
        exported: Exported::default(),
        damaged: Vec::new(),
    };
    progress.begin(None);
    archive.all(progress).await?;
    let Archive { writer, export, mut exported, damaged, .. } = archive;
    exported.bytes = writer.finish(&rows::organization(export.organization()), &damaged)?;
    progress.end();
    Ok(exported)
}

struct Archive {
    writer: Writer,
    export: Export,
    /// Those who are named.
    agents: Vec<AgentId>,
    exported: Exported,
    damaged: Vec<Value>,
}

impl Archive {
    async fn all(&mut self, progress: &mut dyn Progress) -> anyhow::Result<()> {
        self.users().await?;
        let channels = self.channels().await?;
        self.beside_channels(&channels).await?;
        self.writer.begin("messages.jsonl")?;
        for channel in &channels {
            self.exported.messages += self.messages(*channel, progress).await?;
        }
        let threads = self.threads().await?;
        self.writer.begin("thread_messages.jsonl")?;
        for thread in &threads {
            self.exported.thread_messages += self.messages(*thread, progress).await?;
        }
        self.agents().await?;
        self.files(progress).await
    }

    async fn users(&mut self) -> anyhow::Result<()> {
        self.writer.begin("users.jsonl")?;
        let mut after = None;
        loop {
            let users = self.export.users(after).await?;
            let Some(last) = users.last() else { return Ok(()) };
            after = Some(last.id);
            for user in &users {
                self.writer.line(&rows::user(user))?;
                self.exported.users += 1;
            }
        }
    }

    async fn channels(&mut self) -> anyhow::Result<Vec<ConversationId>> {
        self.writer.begin("channels.jsonl")?;
        let mut ids = Vec::new();
        loop {
            let channels = self.export.channels(ids.last().copied()).await?;
            if channels.is_empty() {
                return Ok(ids);
            }
            for channel in &channels {
                self.writer.line(&rows::channel(channel))?;
                self.exported.channels += 1;
                self.name_agent(channel.agent_id);
                ids.push(channel.id);
            }
        }
    }

    async fn beside_channels(&mut self, channels: &[ConversationId]) -> anyhow::Result<()> {
        self.writer.begin("members.jsonl")?;
        for channel in channels {
            for member in self.export.members(*channel).await? {
                self.writer.line(&rows::member(&member))?;
            }
        }
        self.writer.begin("pins.jsonl")?;
        for channel in channels {
            for pin in self.export.pins(*channel).await? {
                self.writer.line(&rows::pin(&pin))?;
            }
        }
        Ok(())
    }

    async fn threads(&mut self) -> anyhow::Result<Vec<ConversationId>> {
        self.writer.begin("threads.jsonl")?;
        let mut ids = Vec::new();
        loop {
            let threads = self.export.threads(ids.last().copied()).await?;
            if threads.is_empty() {
                return Ok(ids);
            }
            for thread in &threads {
                let files = self.export.thread_files(thread.id).await?;
                self.writer.line(&rows::thread(thread, &files))?;
                self.exported.threads += 1;
                self.name_agent(Some(thread.agent_id));
                ids.push(thread.id);
            }
        }
    }

    async fn messages(&mut self, conversation: ConversationId, progress: &mut dyn Progress) -> anyhow::Result<u64> {
        let (mut after, mut count) = (None, 0);
        loop {
            let messages = self.export.messages(conversation, after).await?;
            let Some(last) = messages.last() else { return Ok(count) };
            after = Some(last.message.id);
            for ExportedMessage { message, .. } in &messages {
                if let Author::Agent { agent, .. } = message.author {
                    self.name_agent(Some(agent));
                }
            }
            for message in &messages {
                self.writer.line(&rows::message(message))?;
            }
            let written = u64::try_from(messages.len())?;
            count += written;
            progress.step(written, "messages");
        }
    }

    fn name_agent(&mut self, agent: Option<AgentId>) {
        if let Some(agent) = agent.filter(|agent| !self.agents.contains(agent)) {
            self.agents.push(agent);
        }
    }

    async fn agents(&mut self) -> anyhow::Result<()> {
        self.writer.begin("agents.jsonl")?;
        for id in std::mem::take(&mut self.agents) {
            if let Some(agent) = self.export.agent(id).await? {
                self.writer.line(&rows::agent(&agent))?;
            }
        }
        Ok(())
    }

    async fn files(&mut self, progress: &mut dyn Progress) -> anyhow::Result<()> {
        self.writer.begin("files.jsonl")?;
        let mut ids = Vec::new();
        loop {
            let some = self.export.files(ids.last().copied()).await?;
            if some.is_empty() {
                break;
            }
            for id in &some {
                if let Some(file) = self.export.file(*id).await? {
                    self.writer.line(&rows::file(&file))?;
                    self.exported.files += 1;
                }
            }
            ids.extend(some);
        }
        for id in ids {
            // One that went meanwhile is none of the organization's any more.
            let Some(file) = self.export.file(id).await? else { continue };
            let Some(mut object) = self.export.bytes(id).await? else {
                self.damage(&rows::id(id), "its bytes are not there");
                continue;
            };
            self.writer.begin_bytes(&format!("files/{id}"))?;
            while let Some(piece) = object.body.try_next().await.context("a file cannot be read")? {
                self.writer.bytes(&piece)?;
            }
            if self.writer.end()? != file.sha256 {
                self.damage(&rows::id(id), "its bytes are not those that were uploaded");
            }
            progress.step(1, "files");
        }
        Ok(())
    }

    fn damage(&mut self, file: &Value, problem: &str) {
        self.exported.damaged += 1;
        self.damaged.push(json!({"file_id": file, "problem": problem}));
    }
}

/// Nothing is overwritten.
fn must_not_exist(file: &Path) -> anyhow::Result<()> {
    ensure!(!file.exists(), "{} exists already; nothing is overwritten", file.display());
    Ok(())
}
