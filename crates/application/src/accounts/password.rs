use std::{fmt, sync::Arc};

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc},
};
use stead_domain::{Invalid, text, user::PasswordHash};
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization;

use crate::{Error, PasswordCost};

/// How many may wait for their turn to hash; more are told to come back.
const MAX_WAITING: usize = 64;

/// A password as typed, normalised (NFC) so that every keyboard gives the same; 12 to 256 characters.
pub struct Password(String);

impl Password {
    /// Accepts what fits.
    ///
    /// # Errors
    /// It is too short, too long or holds a NUL.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        text::checked(text.nfc().collect(), 12, 256).map(Self)
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}

/// Hashes and checks passwords: Argon2id, on threads of its own, no more at once than there are cores.
pub struct Passwords {
    params: Params,
    waiting: Arc<Semaphore>,
    hashing: Arc<Semaphore>,
    /// What a password is checked against when nobody has the e-mail address, so that both answers take as long.
    nobody: PasswordHash,
}

/// Whether a password is the one that was hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Wrong,
    Right,
}

impl Passwords {
    pub fn new(cost: PasswordCost) -> Result<Self, Error> {
        let params = Params::new(cost.memory_kib, cost.iterations, cost.parallelism, None).map_err(Error::internal)?;
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let nobody = hash(params.clone(), &Password("nobody's password".to_owned()))?;
        Ok(Self {
            params,
            nobody,
            waiting: Arc::new(Semaphore::new(MAX_WAITING)),
            hashing: Arc::new(Semaphore::new(cores)),
        })
    }

    pub async fn hash(&self, password: Password) -> Result<PasswordHash, Error> {
        let params = self.params.clone();
        self.on_own_thread(move || hash(params, &password)).await?
    }

    /// Checks a password against a hash, or, taking as long, against nobody's. Where it is right but was hashed at another
    /// cost than is set now, gives its new hash.
    pub async fn verify(
        &self,
        password: Password,
        hashed: Option<PasswordHash>,
    ) -> Result<(Verdict, Option<PasswordHash>), Error> {
        let (params, nobody) = (self.params.clone(), self.nobody.clone());
        self.on_own_thread(move || match hashed {
            Some(hashed) => verify(&params, &password, &hashed),
            None => verify(&params, &password, &nobody).map(|_| (Verdict::Wrong, None)),
        })
        .await?
    }

    async fn on_own_thread<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
        let waiting =
            Arc::clone(&self.waiting).try_acquire_owned().map_err(|full| Error::Unavailable(Some(full.into())))?;
        let hashing = Arc::clone(&self.hashing).acquire_owned().await.map_err(Error::internal)?;
        let work = tokio::task::spawn_blocking(move || {
            let done = work();
            drop((hashing, waiting));
            done
        });
        work.await.map_err(Error::internal)
    }
}

fn argon2(params: Params) -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

fn hash(params: Params, password: &Password) -> Result<PasswordHash, Error> {
    let hashed: phc::PasswordHash = argon2(params).hash_password(password.0.as_bytes()).map_err(Error::internal)?;
    Ok(PasswordHash(hashed.to_string()))
}

fn verify(
    params: &Params,
    password: &Password,
    hashed: &PasswordHash,
) -> Result<(Verdict, Option<PasswordHash>), Error> {
    let parsed = phc::PasswordHash::new(&hashed.0).map_err(Error::internal)?;
    // The hash carries its own cost, which is the one it is checked with.
    match argon2(params.clone()).verify_password(password.0.as_bytes(), &parsed) {
        Ok(()) => {
            let then = Params::try_from(&parsed).map_err(Error::internal)?;
            let cost = |params: &Params| (params.m_cost(), params.t_cost(), params.p_cost());
            let rehashed = if cost(&then) == cost(params) { None } else { Some(hash(params.clone(), password)?) };
            Ok((Verdict::Right, rehashed))
        }
        Err(argon2::password_hash::Error::PasswordInvalid) => Ok((Verdict::Wrong, None)),
        Err(error) => Err(Error::internal(error)),
    }
}
