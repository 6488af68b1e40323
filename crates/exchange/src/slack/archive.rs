//! The file that Slack gives: what is in it is read part by part, and never unpacked to a disk.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufReader, Read},
    path::Path,
};

use anyhow::{Context, ensure};
use serde::de::DeserializeOwned;
use zip::ZipArchive;

/// The most that a part, and all of them, may be unpacked; and how many there may be.
const MAX_PART: u64 = 64 * 1024 * 1024;
const MAX_WHOLE: u64 = 64 * 1024 * 1024 * 1024;
const MAX_PARTS: usize = 4_000_000;

/// An export.
pub(super) struct Archive {
    zip: ZipArchive<BufReader<File>>,
    /// The days of each folder, in their order, and where they are.
    days: BTreeMap<String, Vec<(String, usize)>>,
    /// How much was unpacked.
    unpacked: u64,
    /// What all that is read may come to.
    max_part: u64,
}

impl Archive {
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        let file = File::open(path).with_context(|| format!("{} cannot be read", path.display()))?;
        let zip = ZipArchive::new(BufReader::new(file));
        let zip = zip.with_context(|| format!("{} is not a zip file", path.display()))?;
        ensure!(zip.len() <= MAX_PARTS, "{} has more than {MAX_PARTS} parts", path.display());
        let mut days: BTreeMap<String, Vec<(String, usize)>> = BTreeMap::new();
        for (n, name) in zip.file_names().enumerate() {
            // What has a name that cannot be read is nothing of Slack's.
            let Ok(name) = name else { continue };
            if let Some((folder, day)) = name.rsplit_once('/')
                && day.ends_with(".json")
            {
                days.entry(folder.to_owned()).or_default().push((day.to_owned(), n));
            }
        }
        for days in days.values_mut() {
            days.sort();
        }
        Ok(Self { zip, days, unpacked: 0, max_part: MAX_PART })
    }

    /// A list that stands at the top; empty where it is not there.
    pub fn list<T: DeserializeOwned>(&mut self, name: &str) -> anyhow::Result<Vec<T>> {
        match self.zip.index_for_name(name) {
            Some(n) => self.read(n, name),
            None => Ok(Vec::new()),
        }
    }

    /// Where the days of a folder are, in their order.
    pub fn days_of(&self, folder: &str) -> Vec<(String, usize)> {
        let named = |(day, n): &(String, usize)| (format!("{folder}/{day}"), *n);
        self.days.get(folder).map(|days| days.iter().map(named).collect()).unwrap_or_default()
    }

    /// A part, which is a list.
    pub fn read<T: DeserializeOwned>(&mut self, n: usize, name: &str) -> anyhow::Result<Vec<T>> {
        let part = self.zip.by_index(n).with_context(|| format!("{name} cannot be unpacked"))?;
        let mut bytes = Vec::new();
        // What the directory says of its size is not believed.
        part.take(self.max_part + 1).read_to_end(&mut bytes).with_context(|| format!("{name} cannot be unpacked"))?;
        let size = u64::try_from(bytes.len())?;
        ensure!(size <= self.max_part, "{name} is larger than {} bytes", self.max_part);
        self.unpacked += size;
        ensure!(self.unpacked <= MAX_WHOLE, "the export is larger than {MAX_WHOLE} bytes");
        serde_json::from_slice(&bytes).with_context(|| format!("{name} is not what Slack writes"))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::{ZipWriter, write::SimpleFileOptions};

    use super::*;

    fn archive(parts: &[(&str, &[u8])]) -> (tempfile::TempDir, Archive) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("export.zip");
        let mut zip = ZipWriter::new(File::create(&path).unwrap());
        for (name, bytes) in parts {
            zip.start_file(*name, SimpleFileOptions::default()).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap();
        let archive = Archive::open(&path).unwrap();
        (folder, archive)
    }

    #[test]
    fn days_come_in_their_order_and_names_lead_nowhere() {
        let (_folder, mut archive) = archive(&[
            ("general/2020-01-02.json", b"[2]"),
            ("general/2020-01-01.json", b"[1]"),
            ("../../etc/passwd.json", b"[]"),
            ("users.json", b"[7]"),
        ]);
        let days = archive.days_of("general");
        assert_eq!(days[0].0, "general/2020-01-01.json");
        assert_eq!(archive.read::<u32>(days[1].1, "x").unwrap(), [2]);
        assert_eq!(archive.list::<u32>("users.json").unwrap(), [7]);
        assert!(archive.list::<u32>("groups.json").unwrap().is_empty());
        assert!(archive.days_of("nowhere").is_empty());
    }

    #[test]
    fn a_part_is_unpacked_no_further_than_it_may_be() {
        let (_folder, mut archive) = archive(&[("users.json", &vec![b' '; 1_000_000])]);
        archive.max_part = 1_000;
        let refused = archive.list::<u32>("users.json").unwrap_err();
        assert!(refused.to_string().contains("larger than 1000 bytes"), "{refused}");
    }

    #[test]
    fn what_is_no_export_is_said_so() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        std::fs::write(&path, b"x").unwrap();
        assert!(Archive::open(&path).is_err());
        let (_folder, mut archive) = archive(&[("users.json", b"{}")]);
        assert!(archive.list::<u32>("users.json").is_err());
    }
}
