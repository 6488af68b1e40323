use std::sync::atomic::{AtomicUsize, Ordering};

use stead_domain::OrganizationId;
use stead_testkit::builders;
use tokio::sync::oneshot;

use super::*;

fn believed() -> (Believed<OrganizationId, Organization>, Arc<Changes>) {
    let changes = Arc::new(Changes::new());
    (Believed::new(&changes), changes)
}

/// Reads, and counts how often.
async fn find(
    believed: &Believed<OrganizationId, Organization>,
    organization: &Organization,
    reads: &AtomicUsize,
) -> Option<Arc<Organization>> {
    let read = || async {
        reads.fetch_add(1, Ordering::SeqCst);
        Ok(Some(organization.clone()))
    };
    believed.find(organization.id, BELIEVED, read).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_reading_is_believed_for_a_second() {
    let (believed, _) = believed();
    let (organization, reads) = (builders::organization(), AtomicUsize::new(0));
    for (after, expected) in [(0, 1), (999, 1), (1, 2), (999, 2), (1, 3)] {
        tokio::time::advance(Duration::from_millis(after)).await;
        assert!(find(&believed, &organization, &reads).await.is_some());
        assert_eq!(reads.load(Ordering::SeqCst), expected);
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_from_before_a_change_is_believed() {
    let (believed, changes) = believed();
    let (organization, reads) = (builders::organization(), AtomicUsize::new(0));
    find(&believed, &organization, &reads).await;
    changes.note(organization.id.uuid()).await;
    tokio::time::advance(Duration::from_millis(1)).await;
    find(&believed, &organization, &reads).await;
    assert_eq!(reads.load(Ordering::SeqCst), 2);
    changes.note(builders::organization().id.uuid()).await;
    tokio::time::advance(Duration::from_millis(1)).await;
    changes.note(organization.id.uuid()).await;
    tokio::time::advance(Duration::from_millis(1)).await;
    find(&believed, &organization, &reads).await;
    find(&believed, &organization, &reads).await;
    assert_eq!(reads.load(Ordering::SeqCst), 3, "what was read after it is");
}

#[tokio::test]
async fn a_reading_that_was_under_way_when_it_changed_is_not_believed_afterwards() {
    let (believed, changes) = believed();
    let (before, after) = (builders::organization(), builders::organization());
    let id = before.id;
    let (answer, answered) = oneshot::channel();
    let answered = std::sync::Mutex::new(Some(answered));
    let slow = async {
        let read = || {
            let answered = answered.lock().unwrap().take();
            async { Ok(answered.unwrap().await.ok()) }
        };
        believed.find(id, BELIEVED, read).await.unwrap()
    };
    let meanwhile = async {
        tokio::task::yield_now().await;
        changes.note(id.uuid()).await;
        answer.send(before.clone()).unwrap();
    };
    let (found, ()) = tokio::join!(slow, meanwhile);
    assert_eq!(found.as_deref(), Some(&before), "it was asked before");
    let found = believed.find(id, BELIEVED, || async { Ok(Some(after.clone())) }).await.unwrap();
    assert_eq!(found.as_deref(), Some(&after));
}

#[tokio::test]
async fn what_cannot_be_read_is_asked_again() {
    let (believed, _) = believed();
    let id = builders::organization().id;
    let broken = believed.find(id, BELIEVED, || async { Err(StoreError::Unavailable("away".into())) }).await;
    assert!(matches!(broken, Err(Error::Unavailable(_))));
    assert!(believed.find(id, BELIEVED, || async { Ok(None) }).await.unwrap().is_none());
}
