//! Traces, where `otel.endpoint` is set: what a request and its answer took, sent to a collector. Only spans are sent, no
//! log lines, and spans hold neither texts nor tokens.

use std::collections::HashMap;

use actix_web::{
    Error,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::header::HeaderMap,
    middleware::Next,
};
use anyhow::Context;
use opentelemetry::{
    KeyValue,
    propagation::{Extractor, TextMapPropagator},
    trace::{TraceContextExt, TracerProvider},
};
use opentelemetry_otlp::{SpanExporter, WithExportConfig};
use opentelemetry_sdk::{
    Resource,
    propagation::TraceContextPropagator,
    trace::{Sampler, SdkTracerProvider},
};
use tracing::{Instrument, Level, Span, Subscriber};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::{Layer, filter::filter_fn, registry::LookupSpan};

use crate::config::OtelConfig;

/// What sends traces.
pub struct Traces(SdkTracerProvider);

impl Traces {
    /// Begins, if it is wanted.
    ///
    /// # Errors
    /// The HTTP client cannot be made.
    pub fn start(config: &OtelConfig) -> anyhow::Result<Option<Self>> {
        let Some(endpoint) = &config.endpoint else { return Ok(None) };
        let exporter = SpanExporter::builder().with_http().with_endpoint(format!("{endpoint}/v1/traces")).build();
        let exporter = exporter.context("traces cannot be sent (otel.endpoint)")?;
        let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
        let sampler = Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(config.sample_ratio)));
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_sampler(sampler)
            .with_resource(Resource::builder_empty().with_service_name("stead").with_attribute(version).build())
            .build();
        Ok(Some(Self(provider)))
    }

    /// What sees the spans of this process.
    pub fn layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'span> LookupSpan<'span>,
    {
        let ours = filter_fn(|of| of.is_span() && *of.level() <= Level::INFO && of.target().starts_with("stead"));
        let layer = tracing_opentelemetry::layer().with_tracer(self.0.tracer("stead"));
        layer.with_location(false).with_threads(false).with_filter(ours)
    }

    /// Sends what was not yet sent.
    pub fn finish(self) {
        if let Err(error) = self.0.shutdown() {
            tracing::warn!(error = &error as &dyn std::error::Error, "the last traces could not be sent");
        }
    }
}

/// Takes up the trace that a request belongs to.
pub async fn take_up<B: MessageBody>(request: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, Error> {
    let parent = TraceContextPropagator::new().extract(&Received(request.headers()));
    let span = tracing::info_span!("http.server", otel.kind = "server");
    if parent.span().span_context().is_valid()
        && let Err(error) = span.set_parent(parent)
    {
        tracing::debug!(%error, "a trace could not be taken up");
    }
    next.call(request).instrument(span).await
}

/// Where the trace goes on, for a request to somebody else.
pub fn pass_on() -> HashMap<String, String> {
    let mut headers = HashMap::new();
    TraceContextPropagator::new().inject_context(&Span::current().context(), &mut headers);
    headers
}

struct Received<'a>(&'a HeaderMap);

impl Extractor for Received<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(|name| name.as_str()).collect()
    }
}
