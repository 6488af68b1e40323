//! The secret that counts: the configured one, or one made at the first start and kept in the data folder.

use std::{
    fs::{self, DirBuilder, File, Permissions},
    io::{self, ErrorKind, Write},
    os::unix::fs::{DirBuilderExt, PermissionsExt},
    path::{Path, PathBuf},
};

use rand::{TryRng, rngs::SysRng};
use secrecy::SecretString;
use tempfile::NamedTempFile;

use super::{Config, validation::is_short};

/// Why there is no secret.
#[derive(Debug, thiserror::Error)]
pub enum AuthSecretError {
    /// The file cannot be read or made.
    #[error("cannot keep a secret in {}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The system gives no randomness.
    #[error("cannot make a secret: the system gives no randomness")]
    Randomness(#[source] rand::rngs::SysError),
    /// Somebody cut the file short.
    #[error("{} is shorter than 32 bytes; without that file a new secret is made, and every session ends", path.display())]
    Short {
        /// The file.
        path: PathBuf,
    },
}

impl Config {
    /// The secret all keys are derived from. Where none is configured, one is made at the first start and kept in
    /// `{data_dir}/auth.secret`, which its owner alone may read; of processes that start at once, all get the same.
    ///
    /// # Errors
    /// As [`AuthSecretError`] says.
    pub fn auth_secret(&self) -> Result<SecretString, AuthSecretError> {
        if let Some(secret) = &self.auth.secret {
            return Ok(secret.clone());
        }
        let path = self.data_dir.join("auth.secret");
        let secret = match read(&path)? {
            Some(secret) => secret,
            None => make(&self.data_dir, &path)?,
        };
        if is_short(&secret) { Err(AuthSecretError::Short { path }) } else { Ok(secret) }
    }
}

fn read(path: &Path) -> Result<Option<SecretString>, AuthSecretError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(SecretString::from(text.trim()))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(source) => Err(AuthSecretError::Io { path: path.to_owned(), source }),
    }
}

fn make(folder: &Path, path: &Path) -> Result<SecretString, AuthSecretError> {
    let mut bytes = [0; 32];
    SysRng.try_fill_bytes(&mut bytes).map_err(AuthSecretError::Randomness)?;
    let secret: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let failed = |source| AuthSecretError::Io { path: path.to_owned(), source };
    if keep(folder, path, &secret).map_err(failed)? {
        return Ok(SecretString::from(secret));
    }
    // Another process was faster: its secret is the one.
    read(path)?.ok_or_else(|| failed(ErrorKind::NotFound.into()))
}

/// Writes the whole file beside its place and then puts it there, unless there is one by now: no reader sees half of it.
fn keep(folder: &Path, path: &Path, secret: &str) -> io::Result<bool> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let mut file = NamedTempFile::new_in(folder)?;
    file.as_file().set_permissions(Permissions::from_mode(0o600))?;
    writeln!(file, "{secret}")?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Ok(_) => {}
        Err(error) if error.error.kind() == ErrorKind::AlreadyExists => return Ok(false),
        Err(error) => return Err(error.error),
    }
    File::open(folder)?.sync_all()?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt, path::Path, thread};

    use secrecy::ExposeSecret;
    use tempfile::TempDir;

    use super::{AuthSecretError, Config};

    fn config(data_dir: &Path) -> Config {
        Config::load(None, [("STEAD_DATA_DIR".into(), data_dir.into())]).unwrap()
    }

    #[test]
    fn it_is_made_once_and_only_its_owner_reads_it() {
        let folder = TempDir::new().unwrap();
        let data_dir = folder.path().join("deep/data");
        let first = config(&data_dir).auth_secret().unwrap();
        let second = config(&data_dir).auth_secret().unwrap();
        assert_eq!(first.expose_secret().len(), 64);
        assert_eq!(first.expose_secret(), second.expose_secret());
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&data_dir.join("auth.secret")), mode(&data_dir)), (0o600, 0o700));
        assert_eq!(fs::read_dir(&data_dir).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn processes_that_start_at_once_get_the_same() {
        let folder = TempDir::new().unwrap();
        let config = config(folder.path());
        let secrets: Vec<String> = thread::scope(|scope| {
            let starts: Vec<_> =
                (0..8).map(|_| scope.spawn(|| config.auth_secret().unwrap().expose_secret().to_owned())).collect();
            starts.into_iter().map(|start| start.join().unwrap()).collect()
        });
        assert!(secrets.iter().all(|secret| *secret == secrets[0]));
    }

    #[test]
    fn a_file_that_was_cut_short_is_refused() {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("auth.secret"), "short").unwrap();
        assert!(matches!(config(folder.path()).auth_secret(), Err(AuthSecretError::Short { .. })));
    }
}
