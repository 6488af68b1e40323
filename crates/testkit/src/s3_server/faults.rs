use std::sync::{Mutex, MutexGuard};

use s3s::{S3Result, s3_error};

use crate::gate::Gate;

/// What is wrong with the server, until it is mended.
#[derive(Debug, Clone)]
pub enum S3Fault {
    /// 403, whatever is asked.
    Forbids,
    /// 503 to so many requests, and then nothing is wrong.
    IsBusy(usize),
    /// No answer before the gate is opened.
    Hangs(Gate),
    /// The body of a blob ends in the middle, with its connection.
    CutsBodies,
    /// The body of a blob stops in the middle, and nothing more comes.
    StallsBodies,
    /// Parts are given a tag that is not theirs.
    GivesWrongTags,
    /// The last part is said to be stored, and is empty.
    LosesTheLastPart,
    /// 500 where the parts are to be put together.
    FailsToComplete,
    /// 200 where the parts are to be put together, and then an error.
    FailsAfterSaying200,
}

#[derive(Debug, Default)]
pub(super) struct Faults(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    fault: Option<S3Fault>,
    requests: Vec<&'static str>,
}

impl Faults {
    pub(super) fn set(&self, fault: Option<S3Fault>) {
        self.state().fault = fault;
    }

    pub(super) fn requests(&self) -> Vec<&'static str> {
        self.state().requests.clone()
    }

    /// Records what is asked, and answers what is wrong, if that does not end it here.
    pub(super) async fn enter(&self, operation: &'static str) -> S3Result<Option<S3Fault>> {
        let gate = {
            let mut state = self.state();
            state.requests.push(operation);
            match &mut state.fault {
                Some(S3Fault::Forbids) => return Err(s3_error!(AccessDenied)),
                Some(S3Fault::IsBusy(0)) => None,
                Some(S3Fault::IsBusy(left)) => {
                    *left -= 1;
                    return Err(s3_error!(SlowDown));
                }
                Some(S3Fault::Hangs(gate)) => Some(gate.clone()),
                _ => None,
            }
        };
        if let Some(gate) = gate {
            gate.pass().await;
        }
        Ok(self.state().fault.clone())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("nobody panicked")
    }
}
