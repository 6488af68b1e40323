use std::{
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use anyhow::Context;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

/// The name of the archive's form.
const FORMAT: &str = "stead-export-1";

/// A zip file that is being written, beside the place where it will be; removed unless it is finished.
pub(super) struct Writer {
    zip: ZipWriter<BufWriter<NamedTempFile>>,
    path: PathBuf,
    part: Option<Part>,
    parts: Vec<Value>,
}

struct Part {
    name: String,
    digest: Sha256,
    bytes: u64,
    lines: Option<u64>,
}

impl Writer {
    /// Its owner alone may read it. Several may write to one path: the first that is whole is there.
    pub fn create(path: &Path) -> anyhow::Result<Self> {
        super::must_not_exist(path)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut name = path.file_name().with_context(|| cannot_be(path))?.to_owned();
        name.push(".");
        let file = tempfile::Builder::new().prefix(&name).suffix(".partial").tempfile_in(folder);
        Ok(Self {
            zip: ZipWriter::new(BufWriter::new(file.with_context(|| cannot_be(path))?)),
            path: path.to_owned(),
            part: None,
            parts: Vec::new(),
        })
    }

    /// Begins a part of lines.
    pub fn begin(&mut self, name: &str) -> anyhow::Result<()> {
        self.start(name, CompressionMethod::Deflated, Some(0))
    }

    /// Begins a part of bytes.
    pub fn begin_bytes(&mut self, name: &str) -> anyhow::Result<()> {
        self.start(name, CompressionMethod::Stored, None)
    }

    pub fn line(&mut self, row: &Value) -> anyhow::Result<()> {
        self.bytes(format!("{row}\n").as_bytes())?;
        if let Some(Part { lines: Some(lines), .. }) = &mut self.part {
            *lines += 1;
        }
        Ok(())
    }

    pub fn bytes(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        self.zip.write_all(bytes).context("the export cannot be written")?;
        if let Some(part) = &mut self.part {
            part.digest.update(bytes);
            part.bytes += u64::try_from(bytes.len())?;
        }
        Ok(())
    }

    /// Ends a part; the SHA-256 of what is in it.
    pub fn end(&mut self) -> anyhow::Result<[u8; 32]> {
        let Part { name, digest, bytes, lines } = self.part.take().context("no part was begun")?;
        let sha256: [u8; 32] = digest.finalize().into();
        let mut part = json!({"name": name, "bytes": bytes, "sha256": hex(&sha256)});
        if let (Some(lines), Some(part)) = (lines, part.as_object_mut()) {
            part.insert("lines".to_owned(), json!(lines));
        }
        self.parts.push(part);
        Ok(sha256)
    }

    /// Ends it with its manifest; its size.
    pub fn finish(mut self, organization: &Value, damaged: &[Value]) -> anyhow::Result<u64> {
        if self.part.is_some() {
            self.end()?;
        }
        let parts = std::mem::take(&mut self.parts);
        let manifest =
            json!({"format": FORMAT, "organization": organization, "parts": parts, "damaged_files": damaged});
        self.start("manifest.json", CompressionMethod::Deflated, None)?;
        self.bytes(serde_json::to_string_pretty(&manifest)?.as_bytes())?;
        let Self { zip, path, .. } = self;
        let written = zip.finish().context("the export cannot be written")?;
        let file = written.into_inner().context("the export cannot be written")?;
        file.as_file().sync_all().context("the export cannot be written")?;
        let bytes = file.as_file().metadata()?.len();
        file.persist_noclobber(&path).map_err(|failed| failed.error).with_context(|| cannot_be(&path))?;
        Ok(bytes)
    }

    fn start(&mut self, name: &str, method: CompressionMethod, lines: Option<u64>) -> anyhow::Result<()> {
        if self.part.is_some() {
            self.end()?;
        }
        let options = SimpleFileOptions::default().large_file(true).compression_method(method);
        self.zip.start_file(name, options).context("the export cannot be written")?;
        self.part = Some(Part { name: name.to_owned(), digest: Sha256::new(), bytes: 0, lines });
        Ok(())
    }
}

fn cannot_be(path: &Path) -> String {
    format!("{} cannot be written", path.display())
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
