//! What an operator does and looks at, with the built binary.

mod backup;
mod deploy;
mod health;
mod jobs;
mod metrics;
mod traces;
