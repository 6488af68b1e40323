//! What Pinecone refuses is refused, and its filters are applied as it says.

use serde_json::{Value, json};

use super::{
    filter::{check, fits},
    vectors::vectors,
};

#[test]
fn wrong_vectors_are_refused() {
    let right = json!({"id": "a", "values": [1.0, 0.0], "metadata": {"t": "x", "n": 1, "b": true, "l": ["x"]}});
    assert_eq!(vectors(Some(&json!([right])), 2).unwrap().len(), 1);
    let wrong = [
        json!([]),
        json!([right, right]),
        json!([{"id": "", "values": [1.0, 0.0]}]),
        json!([{"id": "ü", "values": [1.0, 0.0]}]),
        json!([{"id": "x".repeat(513), "values": [1.0, 0.0]}]),
        json!([{"values": [1.0, 0.0]}]),
        json!([{"id": "a", "values": [1.0]}]),
        json!([{"id": "a", "values": [0.0, 0.0]}]),
        json!([{"id": "a", "values": [null, 1.0]}]),
        json!([{"id": "a", "values": [1.0, 0.0], "other": 1}]),
        json!([{"id": "a", "values": [1.0, 0.0], "metadata": {"t": null}}]),
        json!([{"id": "a", "values": [1.0, 0.0], "metadata": {"t": {}}}]),
        json!([{"id": "a", "values": [1.0, 0.0], "metadata": {"t": [1]}}]),
        json!([{"id": "a", "values": [1.0, 0.0], "metadata": {"$t": "x"}}]),
        json!([{"id": "a", "values": [1.0, 0.0], "metadata": {"t": "x".repeat(41_000)}}]),
        Value::Array(vec![right; 1_001]),
    ];
    for wrong in wrong {
        assert!(vectors(Some(&wrong), 2).is_err(), "{wrong}");
    }
}

#[test]
fn wrong_filters_are_refused() {
    let most: Vec<u32> = (0..10_000).collect();
    check(&json!({"$and": [{"n": {"$in": most}}, {"$or": [{"t": "x"}, {"n": {"$gt": 1, "$lt": 3}}]}]})).unwrap();
    let many: Vec<u32> = (0..10_001).collect();
    for wrong in [
        json!({}),
        json!([]),
        json!({"$and": []}),
        json!({"$not": [{"t": "x"}]}),
        json!({"t": {}}),
        json!({"t": null}),
        json!({"t": {"$like": "x"}}),
        json!({"t": {"$gt": "x"}}),
        json!({"t": {"$in": "x"}}),
        json!({"t": {"$in": [true]}}),
        json!({"t": {"$in": many}}),
    ] {
        assert!(check(&wrong).is_err(), "{wrong}");
    }
}

#[test]
fn filters_are_applied() {
    let metadata = json!({"t": "x", "n": 2, "l": ["a", "b"]});
    let metadata = metadata.as_object().unwrap();
    for (filter, expected) in [
        (json!({"t": "x"}), true),
        (json!({"t": "x", "n": 3}), false),
        (json!({"n": 2.0}), true),
        (json!({"n": {"$gte": 2, "$lt": 3}}), true),
        (json!({"l": {"$in": ["z", "b"]}}), true),
        (json!({"l": {"$nin": ["z", "b"]}}), false),
        (json!({"l": "a"}), true),
        (json!({"absent": {"$in": ["z"]}}), false),
        (json!({"absent": {"$ne": "z"}}), true),
        (json!({"absent": {"$exists": false}}), true),
        (json!({"$or": [{"t": "y"}, {"n": {"$gt": 1}}]}), true),
        (json!({"$and": [{"t": "x"}, {"n": {"$gt": 2}}]}), false),
    ] {
        assert_eq!(fits(&filter, metadata), expected, "{filter}");
    }
}
