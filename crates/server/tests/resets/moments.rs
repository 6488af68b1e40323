use std::time::Duration;

use super::{connection::Connection, model::Model};

/// When a connection is reset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    Connected,
    InHead,
    AfterHead,
    InBody,
    BeforeLastByte,
    AfterBody,
    /// At some time while the request is read, checked and stored.
    BeingStored,
    /// The message is stored and the model has not begun.
    ModelAsked,
    AnswerBegun,
    InAnswer,
}

impl Moment {
    pub const ALL: [Self; 10] = [
        Self::Connected,
        Self::InHead,
        Self::AfterHead,
        Self::InBody,
        Self::BeforeLastByte,
        Self::AfterBody,
        Self::BeingStored,
        Self::ModelAsked,
        Self::AnswerBegun,
        Self::InAnswer,
    ];

    /// Those that a request has which asks no model.
    pub const BEFORE_THE_ANSWER: [Self; 8] = [
        Self::Connected,
        Self::InHead,
        Self::AfterHead,
        Self::InBody,
        Self::BeforeLastByte,
        Self::AfterBody,
        Self::BeingStored,
        Self::AnswerBegun,
    ];

    /// Sends as much, and waits as long, as it takes.
    pub async fn reach(self, connection: &mut Connection, model: &Model, said: &str, spread: Duration) {
        match self {
            Self::Connected => {}
            Self::InHead => connection.send_half_of_head().await,
            Self::AfterHead => connection.send_head().await,
            Self::InBody => connection.send_all_but(12).await,
            Self::BeforeLastByte => connection.send_all_but(1).await,
            _ => connection.send_all_but(0).await,
        }
        match self {
            Self::BeingStored => tokio::time::sleep(spread).await,
            Self::ModelAsked => model.is_asked(said).await,
            Self::AnswerBegun => connection.read_until("\r\n\r\n").await,
            Self::InAnswer => connection.read_until("content.delta").await,
            _ => {}
        }
    }
}
