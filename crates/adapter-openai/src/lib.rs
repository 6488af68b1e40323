//! The `LlmProvider` and `Embedder` ports for any endpoint that speaks OpenAI's wire format.
//!
//! **Belongs here:** that format and its dialects, the one HTTP client, time-outs, retries before the first token, the
//! breaker, and what each failure means to a caller.
//!
//! **Does not belong here:** prompts, token budgets, what happens to an answer, and where the settings come from.
//!
//! **Invariants:** no key and no text of a conversation or an answer reaches a log line or an error; nothing is asked
//! again once an event was given; every call ends.
//!
//! A call goes `client` (place, breaker, retries) -> `attempt` (one request) -> `answer` (the stream with its
//! time-outs) -> `sse` (bytes to frames) -> `assembly` (frames to events). What does not stream, vectors and transcripts,
//! goes through `whole`, behind the same breaker and in the same places.

mod answer;
mod assembly;
mod attempt;
mod client;
mod config;
mod embeddings;
mod failure;
mod request;
mod sse;
mod tool_calls;
mod transcription;
mod whole;
mod wire;

pub use client::OpenAiLlm;
pub use config::{ConfigError, MoreHeaders, OpenAiConfig, Retries, Timeouts};
pub use stead_outbound::BreakerConfig;
