//! A fact that nobody lists is a fact that nobody tests.

#![expect(clippy::unwrap_used, reason = "a test says so by failing")]

use std::{fs, path::Path};

#[test]
fn every_fact_about_the_store_is_listed_in_its_macro() {
    assert!(listed_facts("store") > 200);
}

#[test]
fn every_fact_about_the_vector_store_is_listed_in_its_macro() {
    assert!(listed_facts("vector_store") > 30);
}

/// How many facts a suite has, each of them listed once.
fn listed_facts(suite: &str) -> usize {
    let suite = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/contracts").join(suite);
    let list = fs::read_to_string(suite.join("mod.rs")).unwrap();
    let listed: Vec<&str> = list.lines().map(str::trim).collect();
    let mut facts = 0;
    for file in fs::read_dir(suite).unwrap() {
        let source = fs::read_to_string(file.unwrap().path()).unwrap();
        for line in source.lines() {
            let fact = line.strip_prefix("pub async fn ").and_then(|rest| rest.split_once('('));
            if let Some((name, _)) = fact {
                facts += 1;
                assert_eq!(listed.iter().filter(|line| **line == name).count(), 1, "{name}");
            }
        }
    }
    facts
}
