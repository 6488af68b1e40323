use secrecy::SecretString;
use stead_domain::{
    ApiKeyId, Invalid, Timestamp, UserId,
    api_key::{ApiKey, LONGEST_LIFE},
    ports::store::{ApiKeyChange, Change, Commit, Committed, UserChange},
    scope::{Scope, Scopes},
    text::{DisplayName, Handle},
    user::{OrganizationRole, User, UserKind},
};

use super::secret;
use crate::{
    Application, Caller, Credential, Error,
    idempotency::{KeyedRequest, replayed_without_key, same_request},
};

/// The scopes that are of use to admins alone.
const FOR_ADMINS: [Scope; 2] = [Scope::Admin, Scope::OrganizationWrite];

/// A key to be made.
#[derive(Debug, Clone)]
pub struct NewApiKey {
    /// What it is to be called.
    pub name: DisplayName,
    /// What it may be used for.
    pub scopes: Scopes,
    /// When it ends; in a year where absent.
    pub expires_at: Option<Timestamp>,
    /// Whether it is to act as a service of the organization rather than as the caller.
    pub of_organization: bool,
}

/// A key that a request made.
#[derive(Debug)]
pub struct MadeApiKey {
    /// It, as it is now.
    pub key: ApiKey,
    /// The key itself: only in the answer to the request that made it, not in that to a repeat.
    pub secret: Option<SecretString>,
}

impl Application {
    /// Makes a key.
    ///
    /// # Errors
    /// [`Error::Invalid`] if it would end in the past or live for more than a year; [`Error::Forbidden`] for a key of the
    /// organization, or a scope that is of use to admins alone, by who is no admin; [`Error::MissingScope`] for a scope that
    /// the caller's own key lacks.
    pub async fn create_api_key(
        &self,
        caller: &Caller,
        new: NewApiKey,
        request: Option<KeyedRequest>,
    ) -> Result<MadeApiKey, Error> {
        if let Some(made) = self.made_before(caller, request.as_ref()).await? {
            return self.api_key_made_before(caller, ApiKeyId::new(made)).await;
        }
        let now = self.clock.now();
        let expires_at = end_of(new.expires_at, now)?;
        let least_role = may_give(caller, &new)?;
        let id = ApiKeyId::new(self.ids.next());
        let secret = self.ids.secret();
        let service = if new.of_organization { Some(self.service(caller, &new, now)?) } else { None };
        let key = ApiKey {
            id,
            organization_id: caller.organization,
            user_id: service.as_ref().map_or(caller.user, |service| service.id),
            of_organization: service.is_some() || self.is_service(caller).await?,
            created_by: caller.user,
            name: new.name,
            scopes: new.scopes,
            secret_hash: secret::hash(&secret),
            expires_at,
            last_used_at: None,
            revoked_at: None,
            created_at: now,
        };
        let mut changes: Vec<_> =
            service.into_iter().map(|service| Change::User(UserChange::Insert(service, None))).collect();
        changes.push(Change::ApiKey(ApiKeyChange::Insert(key.clone())));
        changes.push(Change::Audit(self.api_key_audit(caller, "api_key.created", id)));
        let commit = Commit {
            idempotency: self.remember(caller, request.as_ref(), id),
            guards: vec![caller.still(least_role)],
            changes,
            ..Commit::default()
        };
        match (self.commit(commit).await, request) {
            (Ok(Committed::Done(_)), _) => Ok(MadeApiKey { key, secret: Some(secret::write(id, &secret)) }),
            (Ok(Committed::Replayed(record)), Some(request)) => {
                self.api_key_made_before(caller, ApiKeyId::new(same_request(&request, &record)?)).await
            }
            (Ok(Committed::Replayed(_)), None) => Err(replayed_without_key()),
            (Err(error), _) => Err(error.into()),
        }
    }

    async fn api_key_made_before(&self, caller: &Caller, id: ApiKeyId) -> Result<MadeApiKey, Error> {
        Ok(MadeApiKey { key: self.visible_api_key(caller, id).await?, secret: None })
    }

    async fn is_service(&self, caller: &Caller) -> Result<bool, Error> {
        match caller.credential {
            Credential::Session(_) => Ok(false),
            Credential::ApiKey(_) => Ok(self.me(caller).await?.kind == UserKind::Service),
        }
    }

    /// The service that a new key of the organization acts as: an admin only where the key's scopes are of use to one.
    fn service(&self, caller: &Caller, new: &NewApiKey, now: Timestamp) -> Result<User, Error> {
        let random = self.ids.secret();
        let (random, _) = random.split_at(12);
        let is_admin = FOR_ADMINS.into_iter().any(|scope| new.scopes.contains(scope));
        Ok(User {
            id: UserId::new(self.ids.next()),
            organization_id: caller.organization,
            kind: UserKind::Service,
            role: if is_admin { OrganizationRole::Admin } else { OrganizationRole::Member },
            handle: Handle::parse(&format!("service-{}", secret::hex(random))).map_err(Error::internal)?,
            email: None,
            display_name: new.name.clone(),
            bio: None,
            avatar: None,
            ai_budget: None,
            deactivated_at: None,
            version: 1,
            created_at: now,
            updated_at: now,
        })
    }
}

fn end_of(asked: Option<Timestamp>, now: Timestamp) -> Result<Timestamp, Error> {
    let latest = now.plus(LONGEST_LIFE);
    let problem = match asked {
        None => return Ok(latest),
        Some(at) if at <= now => "must be later than now",
        Some(at) if at > latest => "must be at most 366 days from now",
        Some(at) => return Ok(at),
    };
    Err(Error::invalid("expires_at", Invalid::new(problem)))
}

/// Whether the caller may make such a key; answers the least role that they need until it is made.
fn may_give(caller: &Caller, new: &NewApiKey) -> Result<OrganizationRole, Error> {
    let is_admin = caller.role.is_admin();
    let for_admins = FOR_ADMINS.into_iter().any(|scope| new.scopes.contains(scope));
    if new.of_organization && !is_admin {
        return Err(Error::Forbidden("only admins make keys of the organization"));
    }
    if for_admins && !is_admin {
        return Err(Error::Forbidden("only admins make keys with the scopes `admin` and `organization:write`"));
    }
    // Only keys have `threads:import`, so a sign-in may give what it does not hold.
    if let Credential::ApiKey(_) = caller.credential {
        new.scopes.iter().try_for_each(|scope| caller.require(scope))?;
    }
    Ok(if new.of_organization || for_admins { OrganizationRole::Admin } else { OrganizationRole::Member })
}
