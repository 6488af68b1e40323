//! Documents that are made to harm: the child fails, and says why; this process stays as it is.

use std::time::{Duration, Instant};

use stead_adapter_extract::Limits;
use stead_domain::ports::{TextExtractor, text_extractor::ExtractError};
use stead_testkit::{contracts::text_extractor::document, documents};

const MEBIBYTE: u64 = 1024 * 1024;

async fn failure(bytes: Vec<u8>, limits: Limits) -> ExtractError {
    let began = Instant::now();
    let read = super::extractor(limits).extract(document(bytes, "", "document")).await;
    assert!(began.elapsed() < Duration::from_secs(15), "{:?} {:?}", began.elapsed(), read.err());
    let error = read.expect_err("nobody can read this");
    assert!(!error.is_retryable(), "{error:?}");
    error
}

/// The most memory this process ever had, in KiB.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[tokio::test]
async fn what_unpacks_to_more_than_may_be_is_too_large() {
    for bomb in [documents::docx_with_huge_part(200), documents::xlsx_with_huge_part(200)] {
        let before = peak_memory();
        let error = failure(bomb, Limits::default()).await;
        assert!(matches!(error, ExtractError::TooLarge), "{error:?}");
        assert!(peak_memory() < before + 20 * 1024, "this process unpacked something");
    }
}

#[tokio::test]
async fn a_child_that_runs_out_of_memory_says_so() {
    let limits = Limits { memory: 128 * MEBIBYTE, ..Limits::default() };
    let error = failure(documents::xlsx_with_huge_part(60), limits).await;
    assert!(matches!(error, ExtractError::TooLarge), "{error:?}");
}

#[tokio::test]
async fn what_nests_without_end_is_broken_or_empty() {
    for document in [
        documents::docx_with_deep_xml(200_000),
        documents::pdf_with_cyclic_pages(),
        documents::pdf_with_deep_objects(100_000),
        format!("<html>{}", "<div>".repeat(100_000)).into_bytes(),
    ] {
        let error = failure(document, Limits::default()).await;
        assert!(matches!(error, ExtractError::Broken | ExtractError::Empty), "{error:?}");
    }
}

#[tokio::test]
async fn entities_of_a_document_mean_nothing() {
    let extractor = super::extractor(Limits::default());
    let read = extractor.extract(document(documents::docx_with_entity_bomb(), "", "a.docx")).await;
    assert_eq!(read.unwrap().pieces[0].text, "before  after");
}

#[tokio::test]
async fn a_document_larger_than_may_be_is_not_read() {
    let limits = Limits { document_bytes: 1_000, ..Limits::default() };
    let error = failure(vec![b'a'; 2_000], limits).await;
    assert!(matches!(error, ExtractError::TooLarge), "{error:?}");
}

#[tokio::test]
async fn pages_that_cannot_be_read_are_left_out() {
    let whole = documents::pdf(&[&["The first page."], &["The second page."]]);
    let at = whole.windows(9).position(|window| window == b"/MediaBox").unwrap();
    let mut damaged = whole.clone();
    damaged[at..at + 9].copy_from_slice(b"/MadiaBox");
    let read = super::extractor(Limits::default()).extract(document(damaged, "", "a.pdf")).await.unwrap();
    assert!(read.incomplete && read.pieces.len() == 1 && read.pieces[0].text.contains("second"), "{read:?}");
}

#[tokio::test]
async fn every_beginning_of_a_document_is_survived() {
    let limits = Limits::default();
    for whole in [documents::pdf(&[&["A page."]]), documents::docx(&[("A", &["b"])])] {
        for part in 1..10 {
            let bytes = whole[..whole.len() * part / 10].to_vec();
            let read = super::extractor(limits).extract(document(bytes, "", "a")).await;
            assert!(read.as_ref().err().is_none_or(|error| !error.is_retryable()), "{read:?}");
        }
    }
}
