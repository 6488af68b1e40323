use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, error::ErrorUnauthorized, http::header, web};
use metrics::gauge;
use secrecy::{ExposeSecret, SecretString};
use stead_application::Application;
use stead_domain::ports::store::StoreFigures;
use subtle::ConstantTimeEq;

use super::Recorder;

/// How long the database may take to tell its own: a reader gets the rest in any case.
const PATIENCE: Duration = Duration::from_secs(2);

/// The page of figures.
#[derive(Clone)]
pub struct MetricsPage {
    recorder: Recorder,
    application: Application,
}

impl MetricsPage {
    /// The figures of this process, and of the application's database.
    pub fn new(recorder: Recorder, application: Application) -> Self {
        Self { recorder, application }
    }

    /// `GET /metrics` for everybody.
    pub fn open(&self, services: &mut web::ServiceConfig) {
        let page = self.clone();
        services.route("/metrics", web::get().to(move || page.clone().show()));
    }

    async fn show(self) -> HttpResponse {
        let looked = tokio::time::timeout(PATIENCE, self.application.figures()).await;
        gauge!("stead_db_up").set(if matches!(looked, Ok(Ok(_))) { 1.0 } else { 0.0 });
        match looked {
            Ok(Ok(figures)) => tell(&figures),
            Ok(Err(error)) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "the database's figures could not be read");
            }
            Err(_elapsed) => tracing::warn!("the database did not tell its figures in time"),
        }
        HttpResponse::Ok()
            .content_type("text/plain; version=0.0.4; charset=utf-8")
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .body(self.recorder.render())
    }
}

/// The page on the main port, for whoever has the token; where none is set, there is no page.
#[derive(Clone, Default)]
pub struct GuardedPage(Option<(MetricsPage, SecretString)>);

impl GuardedPage {
    /// The page behind a token.
    pub fn new(page: MetricsPage, token: Option<SecretString>) -> Self {
        Self(token.map(|token| (page, token)))
    }

    /// `GET /metrics`, if there is a page.
    pub fn mount(&self, services: &mut web::ServiceConfig) {
        let Some((page, token)) = self.0.clone() else { return };
        let guarded = move |request: HttpRequest| {
            let shown = has_token(&request, &token).then(|| page.clone().show());
            async move {
                match shown {
                    Some(page) => Ok(page.await),
                    None => Err(ErrorUnauthorized("no token")),
                }
            }
        };
        services.route("/metrics", web::get().to(guarded));
    }
}

fn tell(figures: &StoreFigures) {
    let StoreFigures { jobs, newest_event, connections } = figures;
    gauge!("stead_jobs", "state" => "waiting").set(jobs.waiting as f64);
    gauge!("stead_jobs", "state" => "at_work").set(jobs.at_work as f64);
    gauge!("stead_jobs", "state" => "dead").set(jobs.dead as f64);
    gauge!("stead_jobs_oldest_due_seconds").set(jobs.oldest_due.as_secs_f64());
    gauge!("stead_events_newest_position").set(*newest_event as f64);
    gauge!("stead_db_connections", "state" => "open").set(connections.open);
    gauge!("stead_db_connections", "state" => "in_use").set(connections.in_use);
    gauge!("stead_db_waiting").set(connections.waiting);
}

fn has_token(request: &HttpRequest, token: &SecretString) -> bool {
    let given = request.headers().get(header::AUTHORIZATION).map(header::HeaderValue::as_bytes);
    let given = given.and_then(|value| value.strip_prefix(b"Bearer "));
    given.is_some_and(|given| given.ct_eq(token.expose_secret().as_bytes()).into())
}
