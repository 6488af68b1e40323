stead_testkit::object_store_contract_tests!(crate::make);
