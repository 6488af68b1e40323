use std::{net::IpAddr, sync::Arc, time::Duration};

use actix_web::{
    App, Error, HttpRequest,
    body::BoxBody,
    dev::{ServiceFactory, ServiceRequest, ServiceResponse},
    middleware::{Compress, from_fn},
    web,
};
use ipnet::IpNet;
use stead_application::{Application, Error as ApplicationError};
use tracing::Instrument;

use crate::{
    client_address::client_address,
    contract::Contract,
    error::ApiError,
    middleware::{aliases, authenticate, boundary, headers_limit, limit, methods, unread_body},
    openapi, operations,
};

/// What the operator decides about HTTP.
#[derive(Debug, Clone)]
pub struct ApiOptions {
    /// How browsers reach the server, where that is known; else the request's own host counts.
    pub public_url: Option<String>,
    /// The largest JSON body, in bytes.
    pub max_body_bytes: usize,
    /// How long a body may take to arrive.
    pub body_timeout: Duration,
    /// The proxies that are believed about the client's address.
    pub trusted_proxies: Vec<IpNet>,
}

impl Default for ApiOptions {
    fn default() -> Self {
        Self {
            public_url: None,
            max_body_bytes: 1024 * 1024,
            body_timeout: Duration::from_secs(30),
            trusted_proxies: Vec::new(),
        }
    }
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
            .wrap(from_fn(methods))
            .wrap(from_fn(limit))
            .wrap(from_fn(authenticate))
            .wrap(from_fn(aliases))
            .wrap(Compress::default())
            .wrap(from_fn(headers_limit))
            .wrap(from_fn(boundary))
            .wrap(from_fn(unread_body))
    }

    /// Where a request comes from.
    pub(crate) fn client_address(&self, request: &HttpRequest) -> IpAddr {
        let peer = request.peer_addr().map(|address| address.ip());
        client_address(peer, request.headers(), &self.options.trusted_proxies)
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
