//! What the tests stand on: Stead in this process on either database, a client that trusts nothing, and a model under
//! the test's control.

pub mod account;
pub mod answer;
pub mod backend;
pub mod call;
pub mod contract;
pub mod events;
pub mod patience;
pub mod picture;
pub mod process;
pub mod raw;
pub mod schema;
pub mod script;
pub mod setup;
pub mod shape;
pub mod stead;
pub mod talk;
pub mod world;

pub use account::Account;
pub use answer::Answer;
pub use backend::Backend;
pub use call::Client;
pub use events::{Event, Events};
pub use patience::eventually;
pub use setup::Setup;
pub use stead::Stead;
pub use talk::Talk;
pub use world::World;

/// Runs every listed `async fn fact(stead: Stead)` (or `setup: Setup`, where it needs another Stead than the usual one)
/// as `sqlite::fact` and as `postgres::fact`. A fact that is not listed is dead code, which clippy refuses.
macro_rules! on_both {
    ($($fact:ident),+ $(,)?) => {
        mod sqlite {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $fact() {
                    crate::harness::backend::run(crate::harness::Backend::Sqlite, super::$fact).await;
                }
            )+
        }
        mod postgres {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $fact() {
                    crate::harness::backend::run(crate::harness::Backend::Postgres, super::$fact).await;
                }
            )+
        }
    };
}

/// The same for what only several processes on one Postgres can show.
macro_rules! on_postgres {
    ($($fact:ident),+ $(,)?) => {
        mod postgres {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $fact() {
                    crate::harness::backend::run(crate::harness::Backend::Postgres, super::$fact).await;
                }
            )+
        }
    };
}
