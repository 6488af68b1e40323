use stead_domain::{
    Timestamp,
    ports::store::{Change, Commit},
    run::Usage,
    usage::{Account, UsageEntry},
};

use crate::{Application, turn::estimate_tokens as estimate};

/// What a question that a model has begun to answer uses. It is entered in any case: where whoever asked does not wait for
/// the end, with what there was until then.
pub(super) struct Bill {
    application: Application,
    account: Account,
    at: Timestamp,
    model: String,
    prompt_tokens: i64,
    answered: String,
    is_open: bool,
}

impl Bill {
    /// Of a question that is about to be asked, to this model, with about so many tokens.
    pub(super) fn new(application: &Application, account: Account, model: String, prompt_tokens: i64) -> Self {
        let (application, at) = (application.clone(), application.clock.now());
        Self { application, account, at, model, prompt_tokens, answered: String::new(), is_open: false }
    }

    /// The model has begun: from now on it counts.
    pub(super) fn begin(&mut self) {
        self.is_open = true;
    }

    /// It answered this.
    pub(super) fn heard(&mut self, text: &str) {
        self.answered.push_str(text);
    }

    pub(super) fn answered(&self) -> &str {
        &self.answered
    }

    /// It ended, and said what it used, or not; as which model.
    pub(super) async fn settle(mut self, said: Option<Usage>, answered_as: &str) {
        self.is_open = false;
        let entry = self.entry(said.filter(|said| *said != Usage::default()), answered_as);
        self.application.enter(entry).await;
    }

    fn entry(&self, said: Option<Usage>, answered_as: &str) -> UsageEntry {
        let usage = said.unwrap_or_else(|| Usage {
            input_tokens: self.prompt_tokens,
            output_tokens: i64::from(estimate(&self.answered)),
            ..Usage::default()
        });
        let usage = self.application.settings.models.prices.applied(&self.model, answered_as, usage);
        UsageEntry { id: self.application.ids.next(), account: self.account, usage, at: self.at }
    }
}

impl Drop for Bill {
    fn drop(&mut self) {
        if self.is_open {
            let (application, entry) = (self.application.clone(), self.entry(None, &self.model));
            self.application.background.spawn(async move { application.enter(entry).await });
        }
    }
}

impl Application {
    /// What cannot be entered is logged: the answer is there, and asking again would only cost more.
    async fn enter(&self, entry: UsageEntry) {
        let UsageEntry { id: _, account, usage, at } = entry;
        match self.commit(Commit { changes: vec![Change::Usage(entry)], ..Commit::default() }).await {
            Ok(_) => self.spent.note(&account, &usage, at).await,
            Err(error) => tracing::error!(
                organization = %account.organization,
                purpose = account.purpose.as_str(),
                input_tokens = usage.input_tokens,
                output_tokens = usage.output_tokens,
                error = &error as &dyn std::error::Error,
                "what a model used was not entered"
            ),
        }
    }
}
