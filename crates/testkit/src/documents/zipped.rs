//! Zip files.

use std::io::{Cursor, Write};

use zip::{ZipWriter, write::SimpleFileOptions};

/// A zip file of these parts.
pub(super) fn zipped<'a>(parts: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        writer.start_file(name, SimpleFileOptions::default()).expect("a name that a zip takes");
        writer.write_all(content).expect("memory takes it");
    }
    writer.finish().expect("memory takes it").into_inner()
}

/// A zip file of these parts, the last of which goes on with so many MiB of this byte.
pub(super) fn zipped_with_bomb(parts: &[(&str, &[u8])], mebibytes: usize, byte: u8, end: &[u8]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        let options = SimpleFileOptions::default().large_file(true).compression_level(Some(1));
        writer.start_file(*name, options).expect("a name that a zip takes");
        writer.write_all(content).expect("memory takes it");
    }
    let chunk = vec![byte; 1024 * 1024];
    for _ in 0..mebibytes {
        writer.write_all(&chunk).expect("memory takes it");
    }
    writer.write_all(end).expect("memory takes it");
    writer.finish().expect("memory takes it").into_inner()
}

/// A text as it stands in XML.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
