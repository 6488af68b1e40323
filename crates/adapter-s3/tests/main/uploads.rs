use std::time::{Duration, SystemTime};

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use stead_domain::{Timestamp, ports::ObjectStore};
use stead_testkit::{
    contracts::object_store::{ENOUGH, body, bytes, key, put},
    gate::Gate,
    s3_server::S3Fault,
};

use crate::{impatient, make, make_with};

const PART: usize = 5 * 1024 * 1024;

#[tokio::test]
async fn small_blobs_take_one_request_and_large_ones_a_part_each() {
    let s3 = make().await;
    put(&*s3.store, &key("small"), &bytes(PART, 1)).await;
    assert_eq!(s3.server.requests(), ["put_object"]);
    put(&*s3.store, &key("large"), &bytes(2 * PART, 1)).await;
    assert_eq!(
        s3.server.requests()[1..],
        ["create_multipart_upload", "upload_part", "upload_part", "complete_multipart_upload", "head_object"]
    );
}

#[tokio::test]
async fn uploads_that_nobody_ended_are_removed_when_they_are_old() {
    let s3 = make_with(impatient).await;
    // What should remove them is refused.
    for name in ["one", "two", "three"] {
        let gate = Gate::new();
        let waiting = gate.clone();
        let never = stream::once(async move {
            waiting.pass().await;
            Ok(Bytes::new())
        });
        let blob = key(name);
        let mut putting = s3.store.put(&blob, body(&bytes(PART + 1, 1)).chain(never).boxed(), ENOUGH);
        tokio::select! {
            done = &mut putting => panic!("{done:?}"),
            () = gate.reached() => {}
        }
        s3.server.break_with(S3Fault::Forbids);
        drop(putting);
        while s3.server.requests().last() != Some(&"abort_multipart_upload") {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        s3.server.mend();
    }
    assert_eq!(s3.server.uploads_under_way(), 3);
    let yesterday = Timestamp::EPOCH.plus(SystemTime::UNIX_EPOCH.elapsed().unwrap() - Duration::from_secs(86_400));
    assert_eq!(s3.store.clean_up(yesterday).await.unwrap(), 0);
    s3.server.age_uploads(Duration::from_secs(90_000));
    assert_eq!(s3.store.clean_up(yesterday).await.unwrap(), 3);
    assert_eq!(s3.server.uploads_under_way(), 0);
}
