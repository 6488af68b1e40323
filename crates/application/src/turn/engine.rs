use std::{panic::AssertUnwindSafe, sync::Arc};

use futures_util::{FutureExt, future::BoxFuture};
use stead_domain::{
    OrganizationId, RunId,
    agent::{Agent, ToolPolicy},
    ports::{
        llm::LlmTool,
        store::{AppendChunks, Appended},
    },
    run::{Lease, Run, RunErrorCode},
    usage::UsagePurpose,
};

use super::{
    answer::{Answer, Outcome},
    calls::Went,
    events::StreamPosition,
    finish::Ending,
    kill_points::reach,
    live::LiveRun,
    rounds::{Round, failures_in_a_row, joined},
    telling::Telling,
    told::opening,
    told_calls::carried,
};
use crate::{Application, Error, tools::Toolbox};

/// After so many failed calls in a row a turn goes on without tools.
const MAX_FAILURES: usize = 3;

/// A run that goes on from where it was.
#[derive(Default)]
struct Carried {
    rounds: Vec<Round>,
    /// Kept events so far.
    n: i32,
    /// Whether its stream has been filled with what was told.
    told: bool,
}

impl Application {
    /// Runs a run that this process holds, detached from whoever asked for it. One that goes on, in its attempt or with what
    /// earlier ones did by tools, is read first; if that fails, its lease lapses and it is found again.
    pub(crate) async fn begin_run(&self, run: Run, lease: Lease, goes_on: bool) {
        reach("accepted");
        let carried =
            if goes_on || run.attempt > 1 { self.carry_over(&run, &lease).await } else { Ok(Carried::default()) };
        let carried = match carried {
            Ok(carried) => carried,
            Err(error) => {
                tracing::warn!(run = %run.id, error = &error as &dyn std::error::Error, "a run could not go on");
                return;
            }
        };
        // Open before anybody is told of the run, so that its followers find it here.
        let live = match self.open_live(&run, &carried).await {
            Ok(live) => live,
            Err(error) => {
                tracing::warn!(run = %run.id, error = &error as &dyn std::error::Error, "the stream of a run could not be read");
                return;
            }
        };
        self.tell_of_answer(&run, Arc::clone(&live));
        let application = self.clone();
        self.background.spawn(application.execute(run, lease, live, carried));
    }

    /// Runs a run that a commit of this process has just started.
    pub(crate) async fn execute_started(
        &self,
        organization: OrganizationId,
        id: RunId,
        fence: i64,
        goes_on: bool,
    ) -> Result<(), Error> {
        // If the read fails, the run keeps its lease and nobody works on it: the worker finds it when the lease lapses.
        if let Some(run) = self.store.find_run(organization, id).await? {
            self.begin_run(run, Lease { owner: self.owner, fence }, goes_on).await;
        }
        Ok(())
    }

    /// What a run goes on with. Rounds of earlier attempts become part of this one's stream.
    async fn carry_over(&self, run: &Run, lease: &Lease) -> Result<Carried, Error> {
        let rounds = self.rounds_so_far(run).await?;
        if rounds.is_empty() {
            return Ok(Carried::default());
        }
        let (mut n, chars) = self.told_so_far(run).await?;
        if (n, chars) == (0, 0) {
            let chunks = carried(&rounds);
            let append = AppendChunks { run: run.id, lease: lease.clone(), attempt: run.attempt, chunks };
            if self.store.append_run_chunks(append).await? == Appended::LeaseLost {
                return Err(Error::NotFound);
            }
            n = self.told_so_far(run).await?.0;
        }
        Ok(Carried { rounds, n, told: true })
    }

    async fn open_live(&self, run: &Run, carried: &Carried) -> Result<Arc<LiveRun>, Error> {
        if !carried.told {
            return Ok(self.live.open(run, run.told_as(), Vec::new()));
        }
        let told = self.stored_news(run.organization_id, run.id, StreamPosition::default()).await?;
        let told = told.unwrap_or_default().into_iter().map(|(_, event)| event).collect();
        Ok(self.live.open(run, run.told_as(), told))
    }

    // A run that ends begins the next one: the type says where that circle ends.
    fn execute(self, run: Run, lease: Lease, live: Arc<LiveRun>, carried: Carried) -> BoxFuture<'static, ()> {
        async move { self.answer_to_the_end(run, lease, live, carried).await }.boxed()
    }

    async fn answer_to_the_end(&self, run: Run, lease: Lease, live: Arc<LiveRun>, carried: Carried) {
        // A panic must not leave a run that nobody ends.
        let answered = AssertUnwindSafe(self.answer_run(&run, &lease, &live, carried)).catch_unwind().await;
        let mut answer = match answered {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => {
                tracing::error!(run = %run.id, error = &error as &dyn std::error::Error, "a run failed");
                self.failed_so_far(&run).await
            }
            Err(_panic) => {
                tracing::error!(run = %run.id, "a run panicked");
                self.failed_so_far(&run).await
            }
        };
        if matches!(answer.ending, Ending::Cancelled | Ending::Failed(_))
            && let Err(ending) = self.interrupt_calls(&run, &lease, &live).await
        {
            answer.ending = ending;
        }
        self.finish_until_done(&run, &lease, answer, &live).await;
    }

    /// A failure, with what there is of the answer.
    async fn failed_so_far(&self, run: &Run) -> Answer {
        let failed = Answer::failed(RunErrorCode::Internal);
        match tokio::join!(self.rounds_so_far(run), self.text_so_far(run)) {
            (Ok(rounds), Ok(content)) => Answer { content, rounds: rounds.len(), ..failed },
            (Err(error), _) | (_, Err(error)) => {
                tracing::warn!(run = %run.id, error = &error as &dyn std::error::Error, "what there is of an answer could not be read");
                // Beyond any round: no step that is there is written over.
                Answer { rounds: usize::from(u8::MAX), ..failed }
            }
        }
    }

    async fn answer_run(
        &self,
        run: &Run,
        lease: &Lease,
        live: &Arc<LiveRun>,
        carried: Carried,
    ) -> Result<Answer, Error> {
        if !carried.told {
            let said = self.store.find_message(run.organization_id, run.trigger_message_id).await?;
            said.map(|said| opening(run, said)).unwrap_or_default().into_iter().for_each(|event| live.push(event));
        }
        let organization = self.store.find_organization(run.organization_id).await?;
        let agent = self.store.find_agent(run.organization_id, run.agent_id).await?;
        let (Some(organization), Some(agent)) = (organization, agent) else {
            return Ok(Answer::failed(RunErrorCode::Internal));
        };
        // Servers of tools, and files that are still being read, may take their time.
        let prepared = async {
            Ok::<_, Error>((self.tools_of(run, &agent).await?, self.prompt(run, &agent, &organization).await?))
        };
        let (toolbox, prompt) = tokio::select! {
            biased;
            ending = self.interruption(live) => {
                let content = joined(carried.rounds.iter().map(|round| round.text.as_str()));
                let rounds = carried.rounds.len();
                return Ok(Answer { content, rounds, ending, ..Answer::failed(RunErrorCode::Internal) });
            }
            prepared = prepared => prepared?,
        };
        reach("prompted");
        let Carried { mut rounds, n, .. } = carried;
        let content = joined(rounds.iter().map(|round| round.text.as_str()));
        let mut telling = Telling::new(self, run, lease, live, content, n);
        let (sources, is_degraded) = (prompt.sources.clone(), prompt.is_degraded);
        let mut answer = Answer { sources, is_degraded, ..Answer::failed(RunErrorCode::Internal) };
        let mut ours = false;
        loop {
            if rounds.last().is_some_and(|round| !round.has_ended())
                && let Went::Ends(ending) = self.make_calls(&mut telling, &mut rounds, &toolbox, ours).await
            {
                answer.ending = ending;
                break;
            }
            let offered = offered(&agent, &toolbox, &rounds);
            let Some((request, tokens)) = prompt.request(&rounds, offered) else {
                answer.ending = Ending::Failed(RunErrorCode::ContextExceeded);
                break;
            };
            let asked = self.ask(&mut telling, request, tokens).await;
            (answer.model, answer.usage) = (Some(asked.model.clone()), asked.usage);
            answer.finish_reason = asked.finish_reason;
            match asked.outcome {
                Outcome::Ends(ending) => {
                    answer.last_text = telling.round_text().to_owned();
                    answer.ending = ending;
                    break;
                }
                Outcome::Calls(ref calls) => {
                    let calls = calls.clone();
                    // What this question used is kept with the round.
                    answer.usage = stead_domain::run::Usage::default();
                    let policy = agent.tool_policy;
                    match self.begin_calls(&mut telling, rounds.len(), (&asked, calls), &toolbox, policy).await {
                        Ok(round) => rounds.push(round),
                        Err(ending) => {
                            answer.ending = ending;
                            break;
                        }
                    }
                    ours = true;
                }
            }
        }
        answer.rounds = rounds.len();
        answer.content = telling.content;
        Ok(answer)
    }
}

impl Application {
    /// What the agent may call for this run. In a room nobody is asked whether it may: it then calls what it may call
    /// unasked, and nothing in a person's stead.
    async fn tools_of(&self, run: &Run, agent: &Agent) -> Result<Toolbox, Error> {
        let unasked = run.purpose == UsagePurpose::Turn && agent.tool_policy == ToolPolicy::Auto;
        if is_in_room(run) && !unasked { Ok(Toolbox::default()) } else { self.toolbox(agent).await }
    }
}

/// Whether a run answers in a room of several, where its answer gets its place when it is stored.
pub(crate) fn is_in_room(run: &Run) -> bool {
    run.answer_message_id.is_none()
}

/// What the model is offered in the next round: nothing once it has had its rounds, or fails all the time.
fn offered(agent: &Agent, toolbox: &Toolbox, rounds: &[Round]) -> Vec<LlmTool> {
    let spent = rounds.len() >= usize::from(agent.max_tool_rounds.get());
    if agent.tool_policy == ToolPolicy::Off || spent || failures_in_a_row(rounds) >= MAX_FAILURES {
        return Vec::new();
    }
    let offer = |tool: &crate::tools::OfferedTool| LlmTool {
        name: tool.qualified_name.clone(),
        description: tool.definition.description.clone(),
        input_schema: tool.definition.input_schema.clone(),
    };
    toolbox.tools.iter().map(offer).collect()
}
