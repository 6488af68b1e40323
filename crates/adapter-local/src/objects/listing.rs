use std::{
    fs::{self, DirEntry},
    io,
    path::Path,
};

use stead_domain::{
    Timestamp,
    ports::object_store::{ListedObject, ObjectKey},
};
use time::OffsetDateTime;

use super::if_there;

/// How many folders a key has above its name.
const FOLDERS: usize = 2;

/// What is looked for, and what was found of it.
struct Listing<'a> {
    prefix: &'a str,
    after: Option<&'a ObjectKey>,
    limit: usize,
    found: Vec<ListedObject>,
}

/// The blobs below `folder` whose keys begin with `prefix`, after `after`, in order.
pub(super) fn list(
    folder: &Path,
    prefix: &str,
    after: Option<&ObjectKey>,
    limit: usize,
) -> io::Result<Vec<ListedObject>> {
    let mut listing = Listing { prefix, after, limit, found: Vec::new() };
    listing.add_folder(folder, "", FOLDERS)?;
    Ok(listing.found)
}

impl Listing<'_> {
    /// Adds what is in a folder, and in the `deeper` levels of folders in it. `path` is its part of the keys.
    fn add_folder(&mut self, folder: &Path, path: &str, deeper: usize) -> io::Result<()> {
        let Some(entries) = if_there(fs::read_dir(folder))? else { return Ok(()) };
        let mut children = Vec::new();
        for entry in entries {
            let entry = entry?;
            // What is no part of a key was not put here by us.
            let Ok(name) = entry.file_name().into_string() else { continue };
            let end = if deeper > 0 { "/" } else { "" };
            children.push((format!("{path}{name}{end}"), entry));
        }
        children.sort_by(|(one, _), (other, _)| one.cmp(other));
        for (child_path, entry) in children {
            if self.found.len() >= self.limit {
                return Ok(());
            }
            if deeper == 0 {
                self.add_blob(child_path, &entry)?;
            } else if self.may_hold(&child_path) && entry.file_type()?.is_dir() {
                self.add_folder(&entry.path(), &child_path, deeper - 1)?;
            }
        }
        Ok(())
    }

    fn add_blob(&mut self, key: String, entry: &DirEntry) -> io::Result<()> {
        let Ok(key) = ObjectKey::parse(key) else { return Ok(()) };
        if !key.as_str().starts_with(self.prefix) || self.after.is_some_and(|after| key <= *after) {
            return Ok(());
        }
        // One that is gone by now was deleted meanwhile.
        let Some(metadata) = if_there(entry.metadata())? else { return Ok(()) };
        if metadata.is_file() {
            let stored_at = Timestamp::new(OffsetDateTime::from(metadata.modified()?));
            self.found.push(ListedObject { key, size: metadata.len(), stored_at });
        }
        Ok(())
    }

    /// Whether keys that begin with `path` can be looked for.
    fn may_hold(&self, path: &str) -> bool {
        let fits = path.starts_with(self.prefix) || self.prefix.starts_with(path);
        let is_passed = self.after.is_some_and(|after| after.as_str() > path && !after.as_str().starts_with(path));
        fits && !is_passed
    }
}
