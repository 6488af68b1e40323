//! Logs of real channels in which people noted what answers what.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fs,
    path::Path,
};

use anyhow::{Context, ensure};
use serde::Deserialize;
use stead_domain::Timestamp;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// A conversation of fewer messages asks nothing that several could answer.
const SHORTEST: usize = 4;

/// A channel's log.
pub struct Log {
    pub name: String,
    /// What was said, but for the questions.
    pub lines: Vec<Line>,
    pub questions: Vec<Question>,
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Line {
    pub n: u32,
    pub at: Timestamp,
    pub author: String,
    pub text: String,
}

/// What a conversation begins with, and the numbers of the lines that it goes on with.
pub struct Question {
    pub text: String,
    pub answers: BTreeSet<u32>,
}

#[derive(Deserialize)]
struct Written {
    n: u32,
    at: String,
    author: String,
    text: String,
    annotated: bool,
    reply_to: Vec<u32>,
}

/// The logs of a folder, by name.
pub fn read(folder: &Path) -> anyhow::Result<Vec<Log>> {
    let files = fs::read_dir(folder).with_context(|| {
        format!("there is no chat in {}: the argument names the folder of the logs", folder.display())
    })?;
    let mut paths = files.map(|file| Ok(file?.path())).collect::<anyhow::Result<Vec<_>>>()?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    paths.sort();
    ensure!(!paths.is_empty(), "there are no logs (*.jsonl) in {}", folder.display());
    paths.iter().map(|path| log(path).with_context(|| path.display().to_string())).collect()
}

fn log(path: &Path) -> anyhow::Result<Log> {
    let text = fs::read_to_string(path)?;
    let written = text.lines().map(|line| Ok(serde_json::from_str(line)?)).collect::<anyhow::Result<Vec<Written>>>()?;
    let conversations = conversations(&written);
    let firsts: HashMap<u32, &BTreeSet<u32>> =
        conversations.iter().filter_map(|all| Some((*all.first()?, all))).collect();
    let (mut lines, mut questions) = (Vec::new(), Vec::new());
    for one in written {
        match firsts.get(&one.n) {
            Some(all) => {
                let answers = all.iter().copied().filter(|n| *n != one.n).collect();
                questions.push(Question { text: one.text, answers });
            }
            None => {
                let at = Timestamp::new(OffsetDateTime::parse(&one.at, &Rfc3339)?);
                lines.push(Line { n: one.n, at, author: one.author, text: one.text });
            }
        }
    }
    let name = path.file_stem().and_then(|name| name.to_str()).context("a name that is no text")?.to_owned();
    Ok(Log { name, lines, questions })
}

/// What the links between annotated messages connect, as far as it is annotated and long enough.
fn conversations(written: &[Written]) -> Vec<BTreeSet<u32>> {
    let mut roots: HashMap<u32, u32> = written.iter().map(|one| (one.n, one.n)).collect();
    for one in written {
        for other in &one.reply_to {
            let (from, to) = (root(&roots, one.n), root(&roots, *other));
            roots.insert(from, to);
        }
    }
    let mut all: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
    for one in written.iter().filter(|one| one.annotated) {
        all.entry(root(&roots, one.n)).or_default().insert(one.n);
    }
    all.into_values().filter(|all| all.len() >= SHORTEST).collect()
}

fn root(roots: &HashMap<u32, u32>, of: u32) -> u32 {
    let mut at = of;
    while let Some(next) = roots.get(&at).filter(|next| **next != at) {
        at = *next;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_make_conversations() {
        let line = |n, annotated, reply_to: &[u32]| Written {
            n,
            at: String::new(),
            author: String::new(),
            text: String::new(),
            annotated,
            reply_to: reply_to.to_vec(),
        };
        let said = [
            line(0, false, &[]),
            line(1, true, &[]),
            line(2, true, &[2]),
            line(3, true, &[1]),
            line(4, true, &[2]),
            line(5, true, &[3, 0]),
            line(6, true, &[0]),
        ];
        assert_eq!(conversations(&said), [BTreeSet::from([1, 3, 5, 6])]);
    }
}
