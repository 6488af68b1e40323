//! What the port promises, by a child and without.

use std::sync::Arc;

use stead_adapter_extract::{InThreadExtractor, Limits};
use stead_domain::ports::TextExtractor;

fn child() -> Arc<dyn TextExtractor> {
    Arc::new(super::extractor(Limits::default()))
}

mod by_a_child {
    stead_testkit::text_extractor_contract_tests!(super::child);
}

fn thread() -> Arc<dyn TextExtractor> {
    Arc::new(InThreadExtractor)
}

mod in_a_thread {
    stead_testkit::text_extractor_contract_tests!(super::thread);
}
