//! Whether what is looked for is found: the retrieval of Stead on real chat, behind `make bench-retrieval`.
//!
//! In logs of real channels people noted which message answers which. The first message of each conversation is the question,
//! the others are what should be found; the questions themselves were never said here, else their own words would find them.
//! Each log is a channel. It is asked by words (any of them), by meaning, and by both, as the search does it: in the question's
//! own channel, as an assistant beside it does, and in all channels at once.
//!
//! The argument names the folder of the logs, a message a line: `n`, `at`, `author`, `text`, `annotated`, `reply_to`.

mod chat;
mod house;
mod score;

use std::{collections::HashSet, io::Write, path::PathBuf, time::Instant};

use anyhow::{Context, ensure};
use stead_adapter_sql::testing::PostgresDatabase;
use stead_application::{
    Application,
    search::{Found, Search, SearchAmong, Wanted},
};
use stead_domain::{ConversationId, page::PageLimit};

use self::{
    chat::{Log, Question},
    house::{House, Name},
    score::Scores,
};

/// Where the logs are: beside the checkout, where they are at all.
const CHAT: &str = "../shared/data/irc";
/// How much is looked at of what was found.
const LOOKED_AT: i64 = 50;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let folder = std::env::args_os().nth(1).map_or_else(|| PathBuf::from(CHAT), PathBuf::from);
    let logs = chat::read(&folder)?;
    measure("SQLite", None, &logs).await?;
    #[expect(clippy::disallowed_methods, reason = "the throw-away server is named by its script")]
    let postgres = std::env::var_os(stead_adapter_sql::testing::URL).is_some_and(|url| !url.is_empty());
    if postgres {
        measure("Postgres", Some(PostgresDatabase::empty().await?), &logs).await?;
    }
    Ok(())
}

async fn measure(name: &str, database: Option<PostgresDatabase>, logs: &[Log]) -> anyhow::Result<()> {
    let mut house = House::open(database).await?;
    let begun = Instant::now();
    house.hear(logs).await?;
    let (messages, questions): (usize, usize) =
        (logs.iter().map(|log| log.lines.len()).sum(), logs.iter().map(|log| log.questions.len()).sum());
    let took = begun.elapsed().as_secs_f64();
    tell(&format!(
        "{name}: {messages} messages in {} channels, indexed in {took:.0} s; {questions} questions",
        logs.len()
    ))?;
    tell(&format!("{:<24}{:<10}{:>10}{:>8}", "asked in", "by", "recall@10", "MRR"))?;
    for everywhere in [false, true] {
        let place = if everywhere { "all channels" } else { "the question's channel" };
        for way in [Way::Words, Way::Meaning, Way::Both] {
            let scores = ask_all(&house, logs, way, everywhere).await?;
            let (recall, rank) = (scores.recall(), scores.mean_reciprocal_rank());
            tell(&format!("{place:<24}{:<10}{recall:>10.4}{rank:>8.4}", way.name()))?;
        }
    }
    house.close().await;
    Ok(())
}

/// How it is asked.
#[derive(Debug, Clone, Copy)]
enum Way {
    Words,
    Meaning,
    Both,
}

impl Way {
    fn name(self) -> &'static str {
        match self {
            Self::Words => "keyword",
            Self::Meaning => "vector",
            Self::Both => "hybrid",
        }
    }
}

async fn ask_all(house: &House, logs: &[Log], way: Way, everywhere: bool) -> anyhow::Result<Scores> {
    let mut scores = Scores::default();
    for log in logs {
        let channel = *house.channels.get(&log.name).with_context(|| format!("no channel {}", log.name))?;
        for question in &log.questions {
            let asked_in = (!everywhere).then_some(channel);
            let found = ask(house, way, question, asked_in).await?;
            let wanted = names(log, channel, question);
            let answers: Vec<bool> = found.iter().map(|name| wanted.contains(name)).collect();
            scores.enter(&answers, wanted.len());
        }
    }
    Ok(scores)
}

async fn ask(
    house: &House,
    way: Way,
    question: &Question,
    conversation: Option<ConversationId>,
) -> anyhow::Result<Vec<Name>> {
    // Where the index of vectors is away, both is words alone.
    let (application, wanted): (&Application, _) = match way {
        Way::Words => (&house.without_vectors, Wanted::Both(question.text.clone())),
        Way::Meaning => (&house.application, Wanted::Meaning(question.text.clone())),
        Way::Both => (&house.application, Wanted::Both(question.text.clone())),
    };
    let search = Search {
        wanted,
        among: Some(SearchAmong::Messages),
        conversation,
        from_user: None,
        since: None,
        before: None,
        limit: PageLimit::parse(LOOKED_AT)?,
    };
    let page = application.search(&house.caller, &search).await?;
    ensure!(page.degraded == matches!(way, Way::Words), "asked {way:?}, it was answered otherwise");
    let name = |found: Found| match found {
        Found::Message(message) => Some(name(message.said_in.conversation(), message.created_at, &message.content)),
        Found::Passage(_) | Found::File(_) => None,
    };
    Ok(page.results.into_iter().filter_map(|result| name(result.found)).collect())
}

/// What answers a question.
fn names(log: &Log, channel: ConversationId, question: &Question) -> HashSet<Name> {
    let answers = log.lines.iter().filter(|line| question.answers.contains(&line.n));
    answers.map(|line| name(channel, line.at, &line.text)).collect()
}

fn name(channel: ConversationId, at: stead_domain::Timestamp, text: &str) -> Name {
    (channel, at, text.trim().to_owned())
}

fn tell(line: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}
