use std::collections::HashMap;

use stead_domain::{ConversationId, source::Source};

use super::{Finds, Question, excerpts::Shown, told::told};
use crate::{Application, Error};

/// Which share of a prompt what was looked up may take.
const SHARE: u32 = 3;

/// What a model is told of what was found.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Knowledge {
    /// As text; `None` where nothing was found.
    pub text: Option<String>,
    /// What stands in it, by number.
    pub sources: Vec<Source>,
    /// Only words counted where meaning should have too: there may be more that matters.
    pub is_degraded: bool,
}

impl Application {
    /// Looks for what may matter to a question, and tells of it in at most a third of the tokens that the prompt may have.
    ///
    /// # Errors
    /// Those of the store.
    pub(crate) async fn knowledge(&self, question: &Question<'_>, prompt: u32) -> Result<Knowledge, Error> {
        let Finds { found, without_meaning } = self.find(question).await?;
        let is_degraded = without_meaning.is_some();
        if found.is_empty() {
            return Ok(Knowledge { is_degraded, ..Knowledge::default() });
        }
        let mut shown = self.with_what_was_said_around(&question.audience(), found).await?;
        for shown in &mut shown {
            if let Shown::Said(excerpt) = shown {
                excerpt.messages.retain(|message| !question.leave_out.contains(&message.id));
            }
        }
        let names = self.names_of_places(&shown).await?;
        Ok(Knowledge { is_degraded, ..told(&shown, &names, prompt / SHARE) })
    }

    /// What the rooms are called in which something was said: to those who read the answer, who are all in them.
    async fn names_of_places(&self, shown: &[Shown]) -> Result<HashMap<ConversationId, String>, Error> {
        let mut asked: Vec<ConversationId> = shown
            .iter()
            .filter_map(|shown| match shown {
                Shown::Said(excerpt) => Some(excerpt.conversation),
                Shown::Other(_) => None,
            })
            .collect();
        asked.sort_unstable();
        asked.dedup();
        let rooms = self.store.channels_by_id(asked).await?;
        let name = |view: stead_domain::ports::store::ChannelView| {
            let name = view.channel.name.as_ref().map(|name| format!("#{}", name.as_str()));
            (view.channel.id, name.unwrap_or_else(|| view.channel.kind.as_str().to_owned()))
        };
        Ok(rooms.into_iter().map(name).collect())
    }
}
