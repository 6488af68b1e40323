//! How long a document takes to be read, child process and all, beside a child that reads next to nothing.

use anyhow::Context;
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use stead_adapter_extract::{Limits, ProcessExtractor, Program};
use stead_domain::ports::{TextExtractor, text_extractor::Document};
use stead_testkit::documents;

use crate::measure::{Line, Times, millis, times};

const TIMES: usize = 20;
const PAGES: usize = 100;
const LINES: usize = 45;

/// A PDF of a hundred pages, read by the built binary.
pub async fn measure() -> anyhow::Result<Line> {
    let stead = std::env::current_exe()?.with_file_name("stead");
    anyhow::ensure!(stead.is_file(), "{} is not built: `make bench` builds it", stead.display());
    let extractor = ProcessExtractor::new(Program::new(stead, &["extract"]), Limits::default());
    let line =
        |page: usize, line: usize| format!("Page {page}, line {line}: the orchard yields pears, and the ladder leans.");
    let text: Vec<Vec<String>> = (1..=PAGES).map(|page| (1..=LINES).map(|n| line(page, n)).collect()).collect();
    let lines: Vec<Vec<&str>> = text.iter().map(|page| page.iter().map(String::as_str).collect()).collect();
    let pages: Vec<&[&str]> = lines.iter().map(Vec::as_slice).collect();
    let pdf = Bytes::from(documents::pdf(&pages));
    let floor = reading(&extractor, &Bytes::from_static(b"one line"), 1).await?;
    let read = reading(&extractor, &pdf, PAGES).await?;
    let mut figures = read.figures();
    figures.push(("a child that reads one line", millis(floor.median())));
    figures.push(("a page", millis((read.median().saturating_sub(floor.median())) / u32::try_from(PAGES)?)));
    Ok(Line { what: format!("a PDF of {PAGES} pages ({} KiB) read in a child", pdf.len() / 1024), figures })
}

async fn reading(extractor: &ProcessExtractor, bytes: &Bytes, pieces: usize) -> anyhow::Result<Times> {
    times(TIMES, || async {
        let body = stream::iter([Ok(bytes.clone())]).boxed();
        let document = Document { body, content_type: String::new(), name: String::new() };
        let read = extractor.extract(document).await.context("a document that can be read")?;
        anyhow::ensure!(read.pieces.len() == pieces && !read.incomplete, "not all of it was read");
        Ok(())
    })
    .await
}
