use bytes::Bytes;
use stead_application::realtime::{Seq, Told};
use stead_domain::{OrganizationId, Timestamp, event::EventCursor};

use crate::dto::{RealtimeEventBody, Time, WhatHappened};

/// An event as it is sent: written once for all who get it.
pub fn event(told: &Told) -> Bytes {
    told.written(|told| RealtimeEventBody::of(told).map(|body| written(&body)).unwrap_or_default())
}

/// Something that is said to one connection alone.
pub fn said(what: WhatHappened, place: Option<EventCursor>, organization: OrganizationId, now: Timestamp) -> Bytes {
    written(&RealtimeEventBody {
        what,
        seq: place.map(|place| Seq(place).to_string()),
        organization_id: organization.uuid(),
        channel_id: None,
        thread_id: None,
        at: Time(now),
    })
}

/// Nothing where it cannot be written, which is logged.
fn written(body: &RealtimeEventBody) -> Bytes {
    match serde_json::to_vec(body) {
        Ok(json) => Bytes::from(json),
        Err(error) => {
            tracing::error!(%error, "an event could not be written");
            Bytes::new()
        }
    }
}
