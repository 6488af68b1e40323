use std::sync::Arc;

use actix_web::{
    App, Error,
    body::BoxBody,
    dev::{ServiceFactory, ServiceRequest, ServiceResponse},
    middleware::{Compress, from_fn},
    web,
};
use stead_application::{Application, Error as ApplicationError};
use tracing::Instrument;

use crate::{
    contract::Contract,
    error::ApiError,
    middleware::{aliases, authenticate, boundary},
    openapi, operations,
};

/// What the operator decides about HTTP.
#[derive(Debug, Clone)]
pub struct ApiOptions {
    /// How browsers reach the server, where that is known; else the request's own host counts.
    pub public_url: Option<String>,
    /// The largest JSON body, in bytes.
    pub max_body_bytes: usize,
}

/// The API over an application. Cheap to clone: each HTTP worker makes its `App` from one.
#[derive(Clone)]
pub struct Api {
    pub(crate) application: Application,
    pub(crate) options: Arc<ApiOptions>,
    pub(crate) contract: Arc<Contract>,
}

impl Api {
    /// Puts it together. Nothing is served yet: see [`Api::app`].
    pub fn new(application: Application, options: ApiOptions) -> Self {
        Self { application, options: Arc::new(options), contract: Arc::new(Contract::new(&openapi::document())) }
    }

    /// The complete app: for `HttpServer::new(move || api.app())`, and for tests in process.
    pub fn app(
        &self,
    ) -> App<
        impl ServiceFactory<ServiceRequest, Config = (), Response = ServiceResponse<BoxBody>, Error = Error, InitError = ()>
        + use<>,
    > {
        let (app, _document) = openapi::collect(App::new());
        app.app_data(web::Data::new(self.clone()))
            .configure(operations::undocumented)
            .default_service(web::to(operations::nothing_here))
            .wrap(from_fn(authenticate))
            .wrap(from_fn(aliases))
            .wrap(Compress::default())
            .wrap(from_fn(boundary))
    }

    /// Carries out a use case that writes, on a task of its own: it runs to its end even if the client goes away and this
    /// future is dropped.
    pub(crate) async fn write<T, F>(&self, use_case: impl FnOnce(Application) -> F) -> Result<T, ApiError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, ApplicationError>> + Send + 'static,
    {
        let work = use_case(self.application.clone()).in_current_span();
        let done = self.application.background().spawn(work).await.map_err(ApiError::internal)?;
        Ok(done?)
    }
}
