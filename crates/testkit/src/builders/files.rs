use stead_domain::{
    FileId,
    file::{File, FileName, FileStatus},
    user::User,
};

use super::minted::{id, number_of, time_of};

/// A small file that this user uploaded, and that nothing has read yet.
pub fn file(user: &User) -> File {
    let id: FileId = id();
    let number = number_of(id);
    let mut sha256 = [0x5a; 32];
    sha256[..16].copy_from_slice(id.uuid().as_bytes());
    File {
        id,
        organization_id: user.organization_id,
        uploaded_by: user.id,
        name: FileName::made_safe(&format!("file-{number}.txt")).unwrap(),
        content_type: "text/plain".to_owned(),
        size: 100,
        sha256,
        status: FileStatus::Processing,
        summary: None,
        version: 1,
        created_at: time_of(id),
    }
}
