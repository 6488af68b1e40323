//! What the port promises, on both databases.

mod sqlite {
    stead_testkit::store_contract_tests!(crate::stores::sqlite);
}

mod postgres {
    stead_testkit::store_contract_tests!(crate::stores::postgres);
}
