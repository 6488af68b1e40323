use serde_json::{Value, json};

use crate::harness::{
    Stead, World,
    contract::Contract,
    world::{body_of, with_body},
};

on_both!(
    a_value_that_the_document_does_not_allow_is_refused,
    nul_is_refused_in_every_text,
    null_for_what_is_required_is_refused
);

/// One of every kind.
fn kinds() -> Vec<Value> {
    vec![
        json!(true),
        json!(0),
        json!(-1),
        json!(1.5),
        json!(18_446_744_073_709_551_615_u64),
        json!(-9_223_372_036_854_775_808_i64),
        json!(1e300),
        json!(""),
        json!("text"),
        json!(" "),
        json!("\u{202e}\u{feff}"),
        json!("01890000-0000-7000-8000-000000000000"),
        json!("1; DROP TABLE users"),
        json!([]),
        json!([1]),
        json!({}),
        json!({"$ref": "#"}),
    ]
}

async fn a_value_that_the_document_does_not_allow_is_refused(stead: Stead) {
    let contract = Contract::get();
    let world = World::new(&stead, "ann").await;
    for operation in with_body() {
        let (properties, _) = contract.request_fields(operation);
        for (property, value) in
            properties.iter().flat_map(|property| kinds().into_iter().map(move |value| (property, value)))
        {
            let mut body = body_of(operation).unwrap();
            body[property] = value;
            let answer =
                world.account.at_root().call(operation.method.clone(), &world.path(operation)).json(&body).await;
            if contract.allows(operation, &body) {
                // It may be refused for other reasons, but never as a failure of the server.
                assert!(answer.status < 500, "{}: {}", answer.sent, answer.text());
            } else {
                answer.complains_about(property);
            }
        }
    }
}

async fn nul_is_refused_in_every_text(stead: Stead) {
    let contract = Contract::get();
    let world = World::new(&stead, "ann").await;
    for operation in with_body() {
        for property in contract.request_fields(operation).0 {
            let mut body = body_of(operation).unwrap();
            body[&property] = json!("a\u{0}b-something-long");
            let call = world.account.at_root().call(operation.method.clone(), &world.path(operation));
            let answer = call.json(&body).await;
            // What is no refresh token is no credential, whatever is in it.
            let expected = if property == "refresh_token" { vec![400, 401] } else { vec![400] };
            assert!(expected.contains(&answer.status), "{property} of {}: {}", answer.sent, answer.text());
        }
    }
}

async fn null_for_what_is_required_is_refused(stead: Stead) {
    let world = World::new(&stead, "ann").await;
    let contract = Contract::get();
    for operation in with_body() {
        for required in contract.request_fields(operation).1 {
            let call = || world.account.at_root().call(operation.method.clone(), &world.path(operation));
            let mut body = body_of(operation).unwrap();
            body[&required] = Value::Null;
            call().json(&body).await.complains_about(&required);
            body.as_object_mut().unwrap().remove(&required);
            call().json(&body).await.complains_about(&required);
        }
    }
}
