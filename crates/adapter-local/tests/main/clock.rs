use std::sync::Arc;

use stead_adapter_local::SystemClock;
use stead_domain::ports::Clock;

fn make() -> Arc<dyn Clock> {
    Arc::new(SystemClock)
}

stead_testkit::clock_contract_tests!(make);
