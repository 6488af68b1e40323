use std::time::Duration;

use reqwest::{
    StatusCode, Url,
    header::{CONTENT_DISPOSITION, CONTENT_TYPE, RANGE},
};
use stead_domain::ports::{ObjectStore, object_store::Link};
use stead_testkit::{
    contracts::object_store::{bytes, key, put},
    s3_server::S3Server,
};

use crate::{make, make_with};

fn link() -> Link {
    Link {
        valid_for: Duration::from_secs(60),
        content_type: "text/plain; charset=utf-8".to_owned(),
        content_disposition: "attachment; filename=\"a b.txt\"; filename*=UTF-8''a%20%C3%BC.txt".to_owned(),
    }
}

#[tokio::test]
async fn none_is_given_unasked() {
    let s3 = make().await;
    assert_eq!(s3.store.link(&key("blob"), link()).await.unwrap(), None);
}

#[tokio::test]
async fn anybody_can_read_with_it_what_it_is_for() {
    let s3 = make_with(|config| config.gives_links = true).await;
    let whole = bytes(200_000, 1);
    put(&*s3.store, &key("blob"), &whole).await;
    put(&*s3.store, &key("other"), &whole).await;
    let address: Url = s3.store.link(&key("blob"), link()).await.unwrap().unwrap().parse().unwrap();
    assert!(!address.as_str().contains(S3Server::SECRET_KEY));
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let answer = http.get(address.clone()).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()[CONTENT_TYPE], "text/plain; charset=utf-8");
    assert_eq!(answer.headers()[CONTENT_DISPOSITION], link().content_disposition);
    assert!(answer.bytes().await.unwrap() == whole);
    let part = http.get(address.clone()).header(RANGE, "bytes=10-19").send().await.unwrap();
    assert_eq!(part.status(), StatusCode::PARTIAL_CONTENT);
    assert_eq!(part.bytes().await.unwrap(), whole[10..20]);

    let mut elsewhere = address.clone();
    elsewhere.set_path(&address.path().replace("/blob", "/other"));
    let longer = address.as_str().replace("X-Amz-Expires=60", "X-Amz-Expires=3600").parse().unwrap();
    let as_page = address.as_str().replace("text%2Fplain", "text%2Fhtml").parse().unwrap();
    for forged in [elsewhere, longer, as_page] {
        let answer = http.get(forged).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    }
    assert_eq!(http.put(address).send().await.unwrap().status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn it_expires() {
    let s3 = make_with(|config| config.gives_links = true).await;
    put(&*s3.store, &key("blob"), &bytes(10, 1)).await;
    let soon = Link { valid_for: Duration::ZERO, ..link() };
    let address = s3.store.link(&key("blob"), soon).await.unwrap().unwrap();
    assert!(address.contains("X-Amz-Expires=1&"), "{address}");
    let late = Link { valid_for: Duration::from_secs(1 << 40), ..link() };
    let address = s3.store.link(&key("blob"), late).await.unwrap().unwrap();
    assert!(address.contains("X-Amz-Expires=3600&"), "{address}");
}
