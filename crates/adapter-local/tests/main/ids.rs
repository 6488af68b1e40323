use std::sync::Arc;

use stead_adapter_local::SystemIds;
use stead_domain::ports::Ids;

fn make() -> Arc<dyn Ids> {
    Arc::new(SystemIds::default())
}

stead_testkit::ids_contract_tests!(make);
