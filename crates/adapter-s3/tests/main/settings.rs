use stead_adapter_s3::{ConfigError, S3Config, S3ObjectStore};

fn config(bucket: &str, region: Option<&str>, endpoint: Option<&str>) -> Result<S3Config, ConfigError> {
    let endpoint = endpoint.map(|endpoint| endpoint.parse().unwrap());
    S3Config::new(bucket, region, endpoint, "key".to_owned().into(), "hunter2".to_owned().into())
}

#[test]
fn what_can_be_addressed_is_taken() {
    for (bucket, region, endpoint) in [
        ("bucket", None, None),
        ("my.bucket-2", Some("eu-central-1"), None),
        ("bucket", Some("anything"), Some("http://127.0.0.1:9000")),
        ("bucket", None, Some("https://project.example:8443/storage/v1/s3/")),
    ] {
        assert!(S3ObjectStore::new(&config(bucket, region, endpoint).unwrap()).is_ok(), "{bucket} {region:?}");
    }
}

#[test]
fn what_cannot_be_addressed_is_refused() {
    for bucket in ["", "ab", "Bucket", "a/b/c", "a..b", "..."] {
        assert!(matches!(config(bucket, None, None), Err(ConfigError::UnusableBucket)), "{bucket}");
    }
    for endpoint in ["ftp://host", "http://user:secret@host", "https://host/?x=1"] {
        let refused = config("bucket", None, Some(endpoint));
        assert!(matches!(refused, Err(ConfigError::UnusableEndpoint)), "{endpoint}");
    }
    let unknown = config("bucket", Some("mars-north-1"), None).unwrap_err();
    assert_eq!(unknown.to_string(), "the region \"mars-north-1\" is unknown: name its endpoint");
}

#[test]
fn secrets_are_not_shown() {
    let config = config("bucket", None, None).unwrap();
    let store = S3ObjectStore::new(&config).unwrap();
    assert!(!format!("{config:?}{store:?}").contains("hunter2"));
}
