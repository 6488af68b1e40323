//! Figures for an operator, as Prometheus reads them: on an address of their own, or on the main port for whoever has the
//! token. Off by default, and then nothing is gathered.
//!
//! The other crates name their figures by the macros of the `metrics` facade, which do nothing where nobody listens. What
//! is asked of the database is asked when somebody reads.

mod listener;
mod measured_llm;
mod names;
mod page;
mod recorder;

use std::net::SocketAddr;

use stead_application::Application;

pub use measured_llm::MeasuredLlm;
pub use page::{GuardedPage, MetricsPage};
pub use recorder::Recorder;

use crate::config::MetricsConfig;

/// Gathers figures from now on, if that is wanted: before anything is made that has some.
///
/// # Errors
/// Somebody else in this process gathers figures.
pub fn gather(config: &MetricsConfig) -> anyhow::Result<Option<Recorder>> {
    Ok(if config.is_on() { Some(Recorder::of_this_process()?) } else { None })
}

/// Where the figures are shown.
pub struct Figures {
    /// On an address of their own.
    pub address: Option<SocketAddr>,
    /// On the main port.
    pub page: GuardedPage,
}

impl Figures {
    /// Shows what was gathered where the configuration says.
    ///
    /// # Errors
    /// The address cannot be had.
    pub fn show(config: &MetricsConfig, recorder: Option<Recorder>, application: &Application) -> anyhow::Result<Self> {
        let Some(recorder) = recorder else { return Ok(Self { address: None, page: GuardedPage::default() }) };
        recorder.sum_up_in_background(application.background());
        let page = MetricsPage::new(recorder, application.clone());
        let address = config.listen.map(|address| listener::listen(address, page.clone(), application.background()));
        Ok(Self { address: address.transpose()?, page: GuardedPage::new(page, config.token.clone()) })
    }
}
