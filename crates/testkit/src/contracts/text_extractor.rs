//! What [`TextExtractor`] promises.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use stead_domain::ports::{
    TextExtractor,
    object_store::ObjectStoreError,
    text_extractor::{Document, ExtractError, ExtractedText, MAX_TEXT, Place},
};

use crate::documents;

/// Makes a test of each promise of [`TextExtractor`]; `make` is the path of a `fn() -> Arc<dyn TextExtractor>`.
#[macro_export]
macro_rules! text_extractor_contract_tests {
    ($make:path) => {
        $crate::text_extractor_contract_tests! { @each $make;
            text_is_read_as_it_is
            documents_keep_their_places
            what_a_document_is_its_bytes_say
            what_cannot_be_read_is_told
            a_body_that_fails_may_be_tried_again
            a_long_text_is_cut_and_said_to_be
        }
    };
    (@each $make:path; $($fact:ident)+) => {
        $(#[tokio::test(flavor = "multi_thread")]
        async fn $fact() {
            $crate::contracts::text_extractor::$fact($make()).await;
        })+
    };
}

/// A document of these bytes, in pieces.
pub fn document(bytes: Vec<u8>, content_type: &str, name: &str) -> Document {
    let chunks: Vec<_> = bytes.chunks(64 * 1024).map(|chunk| Ok(Bytes::copy_from_slice(chunk))).collect();
    Document { body: stream::iter(chunks).boxed(), content_type: content_type.to_owned(), name: name.to_owned() }
}

async fn read(extractor: &Arc<dyn TextExtractor>, bytes: Vec<u8>, name: &str) -> Result<ExtractedText, ExtractError> {
    extractor.extract(document(bytes, "application/octet-stream", name)).await
}

fn pieces(read: &ExtractedText) -> Vec<(Place, &str)> {
    read.pieces.iter().map(|piece| (piece.place.clone(), piece.text.as_str())).collect()
}

/// Texts in whatever encoding.
pub async fn text_is_read_as_it_is(extractor: Arc<dyn TextExtractor>) {
    let said = "Grüße aus Zürich,\r\n\r\n\r\n日本\0 \n".replace('\0', "");
    let utf16: Vec<u8> = [0xFF, 0xFE].into_iter().chain(said.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    for bytes in [said.clone().into_bytes(), utf16] {
        let text = read(&extractor, bytes, "a.txt").await.unwrap();
        assert_eq!(pieces(&text), [(Place::Document, "Grüße aus Zürich,\n\n日本")]);
        assert!(!text.incomplete);
    }
    let latin: Vec<u8> =
        "Die Straße führt über die Brücke zum schönen Schloß. Süße Äpfel gibt es dort, sagt die Köchin."
            .chars()
            .map(|sign| u8::try_from(u32::from(sign)).unwrap())
            .collect();
    let text = read(&extractor, latin, "a.txt").await.unwrap();
    assert!(text.pieces[0].text.contains("Straße führt über die Brücke"), "{text:?}");
}

/// Pages, headings, sheets and slides.
pub async fn documents_keep_their_places(extractor: Arc<dyn TextExtractor>) {
    let pdf = documents::pdf(&[&["The gate opens at seven."], &["The code is 4711."]]);
    let text = read(&extractor, pdf, "a.pdf").await.unwrap();
    let found: Vec<_> = text.pieces.iter().map(|piece| (&piece.place, piece.text.trim())).collect();
    assert_eq!(found, [(&Place::Page(1), "The gate opens at seven."), (&Place::Page(2), "The code is 4711.")]);

    let docx = documents::docx(&[("Access & keys", &["The gate opens at seven.", "A < B"]), ("Pears", &["Green."])]);
    let text = read(&extractor, docx, "a.docx").await.unwrap();
    let place = |heading: &str| Place::Heading(heading.to_owned());
    assert_eq!(
        pieces(&text),
        [
            (place("Access & keys"), "Access & keys\n\nThe gate opens at seven.\n\nA < B"),
            (place("Pears"), "Pears\n\nGreen."),
        ]
    );

    let xlsx = documents::xlsx(&[("Stock", &[&["fruit", "count"], &["pears", "12"]]), ("Empty", &[])]);
    let text = read(&extractor, xlsx, "a.xlsx").await.unwrap();
    assert_eq!(pieces(&text), [(Place::Sheet("Stock".into()), "fruit | count\npears | 12")]);

    let pptx = documents::pptx(&[&["Welcome"], &["Agenda", "Pears"]]);
    let text = read(&extractor, pptx, "a.pptx").await.unwrap();
    assert_eq!(pieces(&text), [(Place::Slide(1), "Welcome"), (Place::Slide(2), "Agenda\nPears")]);

    let markdown = "intro\n\n# Access\nat seven\n```\n# no heading\n```\n## Pears ##\ngreen\n";
    let text = read(&extractor, markdown.into(), "a.md").await.unwrap();
    assert_eq!(
        pieces(&text),
        [
            (Place::Document, "intro"),
            (place("Access"), "# Access\nat seven\n```\n# no heading\n```"),
            (place("Pears"), "## Pears ##\ngreen"),
        ]
    );

    let html =
        "<!DOCTYPE html><title>T</title><script>evil()</script><p>intro</p><h1>Access</h1><p>at <i>seven</i></p>";
    let text = read(&extractor, html.into(), "a.html").await.unwrap();
    assert_eq!(pieces(&text), [(Place::Document, "intro"), (place("Access"), "# Access\n\nat seven")]);

    let text = read(&extractor, b"fruit,count\npears,12\n".to_vec(), "a.csv").await.unwrap();
    assert_eq!(pieces(&text), [(Place::Sheet(String::new()), "fruit,count\npears,12")]);
}

/// A wrong ending deceives nobody.
pub async fn what_a_document_is_its_bytes_say(extractor: Arc<dyn TextExtractor>) {
    let text = read(&extractor, documents::docx(&[("Access", &["at seven"])]), "a.pdf").await.unwrap();
    assert_eq!(text.pieces[0].place, Place::Heading("Access".into()));
    let text = read(&extractor, documents::pdf(&[&["at seven"]]), "a.xlsx").await.unwrap();
    assert_eq!(text.pieces[0].place, Place::Page(1));
    let text = read(&extractor, b"at seven".to_vec(), "a.docx").await.unwrap();
    assert_eq!(pieces(&text), [(Place::Document, "at seven")]);
}

/// Each failure has its kind.
pub async fn what_cannot_be_read_is_told(extractor: Arc<dyn TextExtractor>) {
    let binary: Vec<u8> = (0..=255u8).cycle().take(10_000).collect();
    for (bytes, name, expected) in [
        (Vec::new(), "empty.txt", "Empty"),
        (b" \n\t\n".to_vec(), "blank.txt", "Empty"),
        (documents::pdf_without_pages(), "no-pages.pdf", "Empty"),
        (binary.clone(), "binary.txt", "Unsupported"),
        (b"%PDF-1.7 and then nothing".to_vec(), "broken.pdf", "Broken"),
        (b"PK\x03\x04 and then nothing".to_vec(), "broken.docx", "Broken"),
        (documents::encrypted_docx(), "protected.docx", "Encrypted"),
        (documents::encrypted_pdf(), "protected.pdf", "Encrypted"),
        (documents::nested_zip(5), "nested.docx", "Unsupported"),
        (documents::huge_png(50_000, 50_000), "picture.txt", "Unsupported"),
    ] {
        let error = read(&extractor, bytes, name).await.expect_err(name);
        assert_eq!(format!("{error:?}"), expected, "{name}");
        assert!(!error.is_retryable());
    }
}

/// What the store cannot give now may be there later.
pub async fn a_body_that_fails_may_be_tried_again(extractor: Arc<dyn TextExtractor>) {
    let broken = || Err(ObjectStoreError::Unavailable("as arranged".into()));
    let body = stream::iter([Ok(Bytes::from_static(b"half a text")), broken()]).boxed();
    let document = Document { body, content_type: "text/plain".into(), name: "a.txt".into() };
    let error = extractor.extract(document).await.unwrap_err();
    assert!(error.is_retryable(), "{error:?}");
}

/// There is a most that is taken.
pub async fn a_long_text_is_cut_and_said_to_be(extractor: Arc<dyn TextExtractor>) {
    let long = "Pears ripen slowly.\n".repeat(MAX_TEXT / 20 + 1_000);
    let text = read(&extractor, long.into_bytes(), "a.txt").await.unwrap();
    let length: usize = text.pieces.iter().map(|piece| piece.text.len()).sum();
    assert!(text.incomplete && length <= MAX_TEXT && length > MAX_TEXT - 100, "{length}");
}
