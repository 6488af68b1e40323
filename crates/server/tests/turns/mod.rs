//! Turns: a message is sent, an agent answers, and others follow the answer as it is written.

mod answer;
mod cancel;
mod detached;
mod html;
mod message;
mod prompt;
mod queue;
mod stream;
