//! The stream of one answer, with its time-outs.

use std::{collections::VecDeque, time::Duration};

use futures_util::{StreamExt, stream};
use stead_domain::ports::llm::{LlmError, LlmErrorKind, LlmEvent, LlmStream};
use stead_outbound::Pass;
use tokio::{
    sync::OwnedSemaphorePermit,
    time::{Instant, timeout, timeout_at},
};

use crate::{
    assembly::{Assembly, Progress},
    sse::{Frame, Frames},
};

/// How long to wait for usage and end mark once the model has said how the answer ended.
const AFTER_REASON: Duration = Duration::from_secs(3);
/// How long to wait for the end of the response after the end mark, so that its connection can be used again.
const AFTER_END: Duration = Duration::from_millis(50);

/// An answer being read. Dropping it closes the request.
pub(crate) struct Answer {
    frames: Frames,
    assembly: Assembly,
    ready: VecDeque<LlmEvent>,
    limits: Limits,
    has_begun: bool,
    /// When to stop waiting for more, once the model has said how the answer ended.
    over_until: Option<Instant>,
    /// Absent once the answer is over.
    open: Option<Open>,
}

/// What is held while the answer is under way.
struct Open {
    pass: Pass,
    _permit: Option<OwnedSemaphorePermit>,
}

/// When to give up.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Without a sign of life until then.
    pub(crate) silent_until: Instant,
    /// Silence after each later sign of life.
    pub(crate) idle: Duration,
    /// In any case.
    pub(crate) whole_until: Instant,
}

impl Answer {
    pub(crate) fn new(frames: Frames, assembly: Assembly, limits: Limits, pass: Pass) -> Self {
        let open = Some(Open { pass, _permit: None });
        Self { frames, assembly, ready: VecDeque::new(), limits, has_begun: false, over_until: None, open }
    }

    /// Waits for the first event. Until then the caller may ask again.
    pub(crate) async fn begin(&mut self) -> Result<(), LlmError> {
        self.fill().await?;
        self.has_begun = true;
        if let Some(open) = &mut self.open {
            open.pass.began();
        }
        Ok(())
    }

    /// The events; the place among the requests under way is kept until the last.
    pub(crate) fn into_stream(mut self, permit: OwnedSemaphorePermit) -> LlmStream {
        if let Some(open) = &mut self.open {
            open._permit = Some(permit);
        }
        stream::unfold(self, |mut answer| async move { answer.next().await.map(|event| (event, answer)) }).boxed()
    }

    async fn next(&mut self) -> Option<Result<LlmEvent, LlmError>> {
        if self.ready.is_empty()
            && self.open.is_some()
            && let Err(error) = self.fill().await
        {
            return Some(Err(error));
        }
        self.ready.pop_front().map(Ok)
    }

    /// Reads until there is an event to give.
    async fn fill(&mut self) -> Result<(), LlmError> {
        let filled = self.read_on().await;
        if let Err(error) = &filled
            && let Some(open) = self.open.take()
        {
            // Once it has begun, what makes no sense or breaks off says little about the endpoint's health.
            let counts = match error.kind {
                LlmErrorKind::Unavailable | LlmErrorKind::Timeout | LlmErrorKind::Unauthorized => true,
                LlmErrorKind::Protocol => !self.has_begun,
                LlmErrorKind::Rejected => false,
            };
            if counts {
                open.pass.failed();
            }
        }
        filled
    }

    async fn read_on(&mut self) -> Result<(), LlmError> {
        while self.ready.is_empty() {
            match self.next_frame().await {
                Ok(Some(frame)) => {
                    if self.assembly.push(frame, &mut self.ready)? == Progress::Over {
                        self.drain().await;
                        self.succeeded();
                    }
                }
                Ok(None) => {
                    self.assembly.end_without_mark(&mut self.ready)?;
                    self.succeeded();
                }
                Err(error) if self.assembly.has_reason() => {
                    tracing::debug!(detail = %error.detail, "the stream had no clean end after the answer's");
                    self.assembly.end_without_mark(&mut self.ready)?;
                    self.succeeded();
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn next_frame(&mut self) -> Result<Option<Frame>, LlmError> {
        let now = Instant::now();
        // A stream that always has more ready would never be found late by the timer alone.
        if now >= self.limits.whole_until {
            return Err(too_long());
        }
        let mut until = self.limits.silent_until.min(self.limits.whole_until);
        if self.assembly.has_reason() {
            let over_until = *self.over_until.get_or_insert(now + AFTER_REASON);
            if now >= over_until {
                return Err(LlmError::new(LlmErrorKind::Timeout, "the endpoint did not end its stream"));
            }
            until = until.min(over_until);
        }
        match timeout_at(until, self.frames.next()).await {
            Ok(frame) => {
                self.limits.silent_until = Instant::now() + self.limits.idle;
                frame
            }
            Err(_elapsed) if Instant::now() >= self.limits.whole_until => Err(too_long()),
            Err(_elapsed) if self.has_begun => Err(LlmError::new(LlmErrorKind::Timeout, "the model went silent")),
            Err(_elapsed) => Err(LlmError::new(LlmErrorKind::Timeout, "the model did not begin in time")),
        }
    }

    /// Reads the end of the response. Whatever happens here, the answer is whole.
    async fn drain(&mut self) {
        let rest = async { while let Ok(Some(_)) = self.frames.next().await {} };
        if timeout(AFTER_END, rest).await.is_err() {
            tracing::debug!("the endpoint keeps its response open after the end mark");
        }
    }

    fn succeeded(&mut self) {
        if let Some(open) = self.open.take() {
            open.pass.succeeded();
        }
    }
}

pub(crate) fn too_long() -> LlmError {
    LlmError::new(LlmErrorKind::Timeout, "the answer took too long as a whole")
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use stead_outbound::{Breaker, BreakerConfig};

    #[tokio::test]
    async fn a_stream_that_is_never_late_still_ends() {
        let chunk = Bytes::from_static(b"data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n");
        let frames = Frames::new(stream::repeat_with(move || Ok(chunk.clone())));
        let patience = Duration::from_secs(60);
        let limits = Limits {
            silent_until: Instant::now() + patience,
            idle: patience,
            whole_until: Instant::now() + Duration::from_millis(20),
        };
        let pass = Breaker::new(BreakerConfig::default(), "stead_test_breaker_open").enter().unwrap();
        let mut answer = Answer::new(frames, Assembly::new(String::new(), usize::MAX, None), limits, pass);
        answer.begin().await.unwrap();
        let error = loop {
            if let Err(error) = answer.next().await.unwrap() {
                break error;
            }
        };
        assert_eq!(error.kind, LlmErrorKind::Timeout);
        assert!(answer.next().await.is_none());
    }
}
