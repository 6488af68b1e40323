use std::{error::Error, fmt::Write};

use stead_domain::ports::{
    ObjectStore,
    object_store::{ObjectStoreError, StoredObject},
};
use stead_testkit::{
    contracts::object_store::{ENOUGH, body, bytes, got, key, put, read},
    gate::Gate,
    s3_server::{S3Fault, S3Server},
};

use crate::{S3, impatient, make, make_with};

/// Two parts and a bit.
const LARGE: usize = 10 * 1024 * 1024 + 1_000;

/// Everything fails, as something that may be tried later, and says why without a secret.
async fn everything_fails(s3: &S3, because: &str) {
    let (store, blob) = (&*s3.store, key("blob"));
    let failures = [
        store.put(&blob, body(&bytes(10, 1)), ENOUGH).await.err(),
        store.put(&blob, body(&bytes(LARGE, 1)), ENOUGH).await.err(),
        store.get(&blob, None).await.err(),
        store.get(&blob, Some(0..5)).await.err(),
        store.delete(&blob).await.err(),
        store.list("", None, 10).await.err(),
        store.clean_up(stead_domain::Timestamp::EPOCH).await.err(),
    ];
    for (n, failure) in failures.into_iter().enumerate() {
        let Some(error @ ObjectStoreError::Unavailable(_)) = failure else { panic!("{n}: {failure:?}") };
        assert!(error.is_retryable());
        let text = whole_text(&error);
        assert!(text.contains(because), "{n}: {text}");
        for secret in [S3Server::SECRET_KEY, S3Server::ACCESS_KEY, "X-Amz-", "http://"] {
            assert!(!text.contains(secret) && !format!("{error:?}").contains(secret), "{n}: {text}");
        }
    }
}

fn whole_text(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        write!(text, ": {error}").unwrap();
        cause = error.source();
    }
    text
}

#[tokio::test]
async fn a_server_that_is_down() {
    let mut s3 = make_with(|config| config.retries = 0).await;
    put(&*s3.store, &key("blob"), &bytes(10, 1)).await;
    s3.server.stop().await;
    everything_fails(&s3, "the connection failed").await;
}

#[tokio::test]
async fn a_server_that_forbids() {
    let s3 = make().await;
    s3.server.break_with(S3Fault::Forbids);
    everything_fails(&s3, "403").await;
    let asked = s3.server.requests();
    assert_eq!(asked.iter().filter(|asked| **asked == "get_object").count(), 2, "asked again in vain: {asked:?}");
}

#[tokio::test]
async fn a_server_that_hangs() {
    let s3 = make_with(impatient).await;
    let gate = Gate::new();
    s3.server.break_with(S3Fault::Hangs(gate.clone()));
    everything_fails(&s3, "did not go on in time").await;
    gate.open();
}

#[tokio::test]
async fn a_wrong_secret() {
    let s3 = make_with(|config| config.secret_key = "wrong".to_owned().into()).await;
    everything_fails(&s3, "SignatureDoesNotMatch").await;
}

#[tokio::test]
async fn a_bucket_that_is_not_there() {
    let s3 = make_with(|config| config.bucket = "elsewhere".to_owned()).await;
    let failed = s3.store.put(&key("blob"), body(&bytes(10, 1)), ENOUGH).await;
    assert!(matches!(failed, Err(ObjectStoreError::Unavailable(_))), "{failed:?}");
    let missing = s3.store.get(&key("blob"), None).await.err();
    assert!(matches!(missing, Some(ObjectStoreError::Unavailable(_))), "{missing:?}");
}

#[tokio::test]
async fn a_busy_server_is_asked_again_a_few_times() {
    let s3 = make().await;
    let blob = key("blob");
    s3.server.break_with(S3Fault::IsBusy(2));
    put(&*s3.store, &blob, &bytes(1_000, 1)).await;
    assert_eq!(s3.server.requests(), ["put_object"; 3]);
    s3.server.break_with(S3Fault::IsBusy(1));
    assert_eq!(got(&*s3.store, &blob).await, Some(bytes(1_000, 1)));
    s3.server.break_with(S3Fault::IsBusy(3));
    assert!(s3.store.get(&blob, None).await.is_err());
    s3.server.mend();
    s3.server.break_with(S3Fault::IsBusy(1));
    put(&*s3.store, &blob, &bytes(LARGE, 2)).await;
}

#[tokio::test]
async fn a_body_that_breaks_off_is_an_error() {
    let s3 = make().await;
    put(&*s3.store, &key("blob"), &bytes(500_000, 1)).await;
    s3.server.break_with(S3Fault::CutsBodies);
    for range in [None, Some(100..400_000)] {
        let object = s3.store.get(&key("blob"), range).await.unwrap().unwrap();
        assert_eq!(object.size, 500_000);
        let broken = read(object.body).await;
        assert!(matches!(broken, Err(ObjectStoreError::Unavailable(_))), "{broken:?}");
    }
}

#[tokio::test]
async fn a_body_that_stops_is_an_error_after_a_while() {
    let s3 = make_with(impatient).await;
    put(&*s3.store, &key("blob"), &bytes(500_000, 1)).await;
    s3.server.break_with(S3Fault::StallsBodies);
    let object = s3.store.get(&key("blob"), None).await.unwrap().unwrap();
    let error = read(object.body).await.unwrap_err();
    assert!(whole_text(&error).contains("did not go on in time"), "{error:?}");
}

#[tokio::test]
async fn no_blob_is_made_of_parts_that_went_wrong() {
    for fault in
        [S3Fault::GivesWrongTags, S3Fault::LosesTheLastPart, S3Fault::FailsToComplete, S3Fault::FailsAfterSaying200]
    {
        let s3 = make().await;
        s3.server.break_with(fault.clone());
        let failed = s3.store.put(&key("blob"), body(&bytes(LARGE, 1)), ENOUGH).await;
        assert!(matches!(failed, Err(ObjectStoreError::Unavailable(_))), "{fault:?}: {failed:?}");
        assert_eq!(got(&*s3.store, &key("blob")).await, None, "{fault:?}");
        assert_eq!(s3.server.uploads_under_way(), 0, "{fault:?}");
        s3.server.mend();
        let stored = s3.store.put(&key("blob"), body(&bytes(LARGE, 1)), ENOUGH).await;
        assert!(matches!(stored, Ok(StoredObject { size, .. }) if size == LARGE as u64), "{fault:?}: {stored:?}");
    }
}
