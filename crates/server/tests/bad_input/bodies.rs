use reqwest::Method;
use serde_json::Value;

use crate::harness::{
    Stead, World,
    call::Call,
    contract::Operation,
    world::{body_of, with_body},
};

on_both!(
    malformed_json_is_refused_everywhere,
    unknown_and_repeated_fields_are_refused_everywhere,
    bodies_are_refused_before_anything_is_looked_up
);

/// What is wrong whatever the operation.
fn malformed() -> Vec<(&'static str, Vec<u8>)> {
    let deep = |open: &str, close: &str, n: usize| format!("{}{}", open.repeat(n), close.repeat(n)).into_bytes();
    vec![
        ("cut off", b"{".to_vec()),
        ("half a string", b"{\"content".to_vec()),
        ("a value is missing", b"{\"title\":}".to_vec()),
        ("a comma too many", b"{\"title\":\"x\",}".to_vec()),
        ("single quotes", b"{'title':'x'}".to_vec()),
        ("a comment", b"{/* hi */}".to_vec()),
        ("something behind it", b"{} x".to_vec()),
        ("two bodies", b"{}{}".to_vec()),
        ("a string", b"\"text\"".to_vec()),
        ("a number", b"1".to_vec()),
        ("a list", b"[]".to_vec()),
        ("true", b"true".to_vec()),
        ("not a number", b"NaN".to_vec()),
        ("a byte order mark", b"\xef\xbb\xbf{}".to_vec()),
        ("no UTF-8", b"{\"title\":\"\xff\xfe\"}".to_vec()),
        ("half a character", b"{\"title\":\"\xc3\"}".to_vec()),
        ("an encoded surrogate", b"{\"title\":\"\xed\xa0\x80\"}".to_vec()),
        ("a lone surrogate", b"{\"title\":\"\\ud800\"}".to_vec()),
        ("a lone low surrogate", b"{\"title\":\"\\udc00x\"}".to_vec()),
        ("a raw control character", b"{\"title\":\"a\x01b\"}".to_vec()),
        ("a raw NUL", b"{\"title\":\"a\x00b\"}".to_vec()),
        ("nothing but NUL", vec![0; 32]),
        ("deep lists", deep("[", "]", 10_000)),
        ("deep objects", deep("{\"a\":", "}", 10_000)),
        ("deep metadata", [b"{\"metadata\":".to_vec(), deep("[", "]", 10_000), b"}".to_vec()].concat()),
        ("a number beyond all bounds", b"{\"temperature\":1e400}".to_vec()),
        ("such a number in metadata", b"{\"metadata\":{\"n\":1e400}}".to_vec()),
        ("a form", b"title=x&content=y".to_vec()),
        ("HTML", b"<html></html>".to_vec()),
    ]
}

fn call(world: &World, operation: &Operation) -> Call {
    world.account.at_root().call(operation.method.clone(), &world.path(operation))
}

async fn malformed_json_is_refused_everywhere(stead: Stead) {
    let world = World::new(&stead, "ann").await;
    for operation in with_body() {
        for (what, body) in malformed() {
            let answer = call(&world, operation).raw_json(body).await;
            assert_eq!(answer.status, 400, "{what}, sent to {}: {}", answer.sent, answer.text());
            answer.refused(400, "invalid_request");
        }
        let is_required = operation.about["requestBody"]["required"] == true;
        for (what, body) in [("nothing", &b""[..]), ("spaces", b"  \n "), ("null", b"null")] {
            let answer = call(&world, operation).raw_json(body).await;
            let fine = if is_required { answer.status == 400 } else { [200, 400, 401, 409].contains(&answer.status) };
            assert!(fine, "{what}, sent to {}: {} {}", answer.sent, answer.status, answer.text());
        }
    }
    world.account.get("/users/me").await.expect(200);
}

async fn unknown_and_repeated_fields_are_refused_everywhere(stead: Stead) {
    let world = World::new(&stead, "ann").await;
    for operation in with_body() {
        let body = body_of(operation).unwrap();
        let mut more = body.clone();
        more["surprise"] = Value::Null;
        call(&world, operation).json(&more).await.complains_about("surprise");
        let mut proto = body.clone();
        proto["__proto__"] = serde_json::json!({"role": "admin"});
        call(&world, operation).json(&proto).await.refused(400, "invalid_request");
        let (name, value) = body.as_object().unwrap().iter().next().unwrap();
        let text = body.to_string();
        let doubled = format!("{{\"{name}\":{value},{}", &text[1..]);
        call(&world, operation).raw_json(doubled).await.refused(400, "invalid_request");
        // Twice the same name, once in disguise.
        let first = name.as_bytes()[0];
        let disguised = format!("{{\"\\u{first:04x}{}\":{value},{}", &name[1..], &text[1..]);
        call(&world, operation).raw_json(disguised).await.refused(400, "invalid_request");
    }
}

async fn bodies_are_refused_before_anything_is_looked_up(stead: Stead) {
    let ann = stead.register("ann").await;
    let nothing = World::of_nothing(&ann);
    for operation in with_body() {
        call(&nothing, operation).raw_json("{").await.refused(400, "invalid_request");
        // But whoever is not known is told nothing else.
        if operation.method == Method::PATCH || !crate::harness::contract::Contract::get().is_open(operation) {
            let call = stead.stranger().at_root().call(operation.method.clone(), &nothing.path(operation));
            call.raw_json("{").await.refused(401, "unauthorized");
        }
    }
}
