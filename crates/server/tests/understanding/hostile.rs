//! Documents that are made to harm, against the built binary with real children.

use std::time::{Duration, Instant};

use serde_json::Value;
use stead_testkit::documents;

use super::once_read;
use crate::harness::{Account, Setup, account::registration, call::Address, process::Process, talk::text};

on_both!(what_harms_its_reader_harms_nobody_else);

async fn what_harms_its_reader_harms_nobody_else(setup: Setup) {
    let process = Process::serve(&setup.offline(), &Address::default()).await;
    let signed_in = process.stranger().post("/auth/register", registration("ann")).await.expect(201);
    let ann = Account::from_sign_in(&process.stranger(), "ann@example.org", signed_in);
    let bombs: Vec<(&str, Vec<u8>, &[&str])> = vec![
        ("bomb.docx", documents::docx_with_huge_part(100), &["too_large"]),
        ("bomb.xlsx", documents::xlsx_with_huge_part(100), &["too_large"]),
        ("deep.docx", documents::docx_with_deep_xml(100_000), &["broken"]),
        ("deep.html", format!("<html>{}", "<div>".repeat(100_000)).into_bytes(), &["broken"]),
        ("deep.pdf", documents::pdf_with_deep_objects(100_000), &["broken", "empty"]),
        ("cyclic.pdf", documents::pdf_with_cyclic_pages(), &["empty"]),
        ("protected.docx", documents::encrypted_docx(), &["encrypted", "unsupported"]),
    ];
    let mut files: Vec<(Value, &[&str])> = Vec::new();
    for (name, bytes, codes) in bombs {
        files.push((ann.upload(name, bytes).await, codes));
    }
    let good = ann.upload("good.pdf", documents::pdf(&[&["The gate opens at seven."]])).await;
    let mut slowest = Duration::ZERO;
    for _ in 0..20 {
        let began = Instant::now();
        ann.get("/users/me").await.expect(200);
        slowest = slowest.max(began.elapsed());
    }
    assert!(slowest < Duration::from_secs(2), "others wait {slowest:?}");
    for (file, codes) in files {
        let read = once_read(&ann, &file).await;
        assert_eq!(text(&read["status"]), "failed", "{read}");
        assert!(codes.contains(&text(&read["error"]["code"])), "{codes:?}: {read}");
    }
    let read = once_read(&ann, &good).await;
    assert_eq!(text(&read["summary"]), "The gate opens at seven.", "{read}");
    process.terminate().await;
    assert!(process.ended().await.0.success());
}
