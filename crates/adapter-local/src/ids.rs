use std::sync::{Mutex, PoisonError};

use stead_domain::ports::Ids;
use uuid::{ContextV7, Uuid};

/// Ids from the machine's clock, secrets from its randomness.
///
/// Within a millisecond, and while the clock stands or goes back, a counter keeps the ids growing.
#[derive(Debug, Default)]
pub struct SystemIds {
    context: Mutex<ContextV7>,
}

impl Ids for SystemIds {
    fn next(&self) -> Uuid {
        let context = self.context.lock().unwrap_or_else(PoisonError::into_inner);
        Uuid::new_v7(uuid::Timestamp::now(&*context))
    }

    fn secret(&self) -> [u8; 32] {
        // The thread's generator: cryptographically secure, seeded and reseeded by the operating system.
        rand::random()
    }
}
