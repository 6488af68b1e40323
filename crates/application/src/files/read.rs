use std::ops::Range;

use stead_domain::{
    FileId,
    file::File,
    ports::{
        object_store::{Link, ObjectBody, ObjectKey},
        store::{FileReader, FileRight},
    },
};

use crate::{Application, Caller, Error};

/// Which bytes of a file.
pub type ByteRange = Range<u64>;

impl Application {
    /// A file that the caller may read. To look as an overseer is audited.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn file(&self, caller: &Caller, id: FileId) -> Result<File, Error> {
        let found = self.store.find_readable_file(reader(caller), id).await?;
        let (file, right) = found.ok_or(Error::NotFound)?;
        match right {
            FileRight::Reader => {}
            FileRight::Overseer => self.audit_oversight(caller, "file.overseen", id.uuid()).await?,
        }
        Ok(file)
    }

    /// The bytes of a file that was read a moment ago, or some of them.
    ///
    /// # Errors
    /// [`Error::NotFound`] if it was deleted since; [`Error::Unavailable`], also where its bytes are lost.
    pub async fn file_bytes(&self, file: &File, range: Option<ByteRange>) -> Result<ObjectBody, Error> {
        let key = ObjectKey::file(file.organization_id, file.id);
        if let Some(object) = self.objects.get(&key, range).await? {
            return Ok(object.body);
        }
        if self.store.files_that_exist(&[file.id]).await?.is_empty() {
            return Err(Error::NotFound);
        }
        Err(Error::Unavailable(Some(format!("the bytes of the file {} are not in the object store", file.id).into())))
    }

    /// An address at which the object store itself serves a file that was read a moment ago, for a short time; none where
    /// it does not.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn file_link(&self, file: &File, link: Link) -> Result<Option<String>, Error> {
        let key = ObjectKey::file(file.organization_id, file.id);
        Ok(self.objects.link(&key, link).await?)
    }
}

pub(super) fn reader(caller: &Caller) -> FileReader {
    FileReader { organization: caller.organization, user: caller.user, oversees_all: caller.oversees_as().is_admin() }
}
