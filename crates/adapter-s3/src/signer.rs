//! AWS signatures, version 4: in a request's headers, or in an address.

use std::{collections::HashMap, time::SystemTime};

use hmac::{Hmac, KeyInit, Mac};
use reqwest::{
    Method,
    header::{AUTHORIZATION, HOST, HeaderMap, HeaderValue},
};
use s3::{Region, error::S3Error, signing};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use time::{OffsetDateTime, format_description::BorrowedFormatItem, macros::format_description};
use url::{Position, Url};

use crate::digest::hex;

const LONG_DATE: &[BorrowedFormatItem<'static>] = format_description!("[year][month][day]T[hour][minute][second]Z");
/// Stands for a payload that the address says nothing about.
const ANY_PAYLOAD: &str = "UNSIGNED-PAYLOAD";

/// Signs for one pair of keys in one region.
#[derive(Debug)]
pub(crate) struct Signer {
    pub(crate) region: Region,
    pub(crate) access_key: SecretString,
    pub(crate) secret_key: SecretString,
}

impl Signer {
    /// The headers that a request of this payload needs.
    pub(crate) fn headers(&self, method: &Method, url: &Url, sha256: &[u8; 32]) -> Result<HeaderMap, S3Error> {
        let now = OffsetDateTime::from(SystemTime::now());
        let sha256 = hex(sha256);
        let mut headers = HeaderMap::new();
        headers.insert(HOST, host(url)?);
        headers.insert("x-amz-content-sha256", HeaderValue::from_str(&sha256)?);
        headers.insert("x-amz-date", HeaderValue::from_str(&now.format(LONG_DATE)?)?);
        let signature = self.signature(method, url, &headers, &sha256, now)?;
        let authorization = signing::authorization_header(
            self.access_key.expose_secret(),
            &now,
            &self.region,
            &signing::signed_header_string(&headers),
            &signature,
        )?;
        let mut authorization = HeaderValue::from_str(&authorization)?;
        authorization.set_sensitive(true);
        headers.insert(AUTHORIZATION, authorization);
        Ok(headers)
    }

    /// An address that anybody may GET for so many seconds.
    pub(crate) fn link(
        &self,
        url: &Url,
        seconds: u32,
        parameters: &HashMap<String, String>,
    ) -> Result<String, S3Error> {
        let now = OffsetDateTime::from(SystemTime::now());
        let access_key = self.access_key.expose_secret();
        let proof = signing::authorization_query_params_no_sig(access_key, &now, &self.region, seconds, None, None)?;
        let asked = signing::flatten_queries(Some(parameters))?;
        let url = Url::parse(&format!("{url}{proof}{asked}"))?;
        let headers = HeaderMap::from_iter([(HOST, host(&url)?)]);
        let signature = self.signature(&Method::GET, &url, &headers, ANY_PAYLOAD, now)?;
        Ok(format!("{url}&X-Amz-Signature={signature}"))
    }

    fn signature(
        &self,
        method: &Method,
        url: &Url,
        headers: &HeaderMap,
        sha256: &str,
        now: OffsetDateTime,
    ) -> Result<String, S3Error> {
        let request = signing::canonical_request(method.as_str(), url, headers, sha256)?;
        let text = signing::string_to_sign(&now, &self.region, &request)?;
        let key = signing::signing_key(&now, self.secret_key.expose_secret(), &self.region, "s3")?;
        // A key of any length is taken.
        let mut hmac =
            Hmac::<Sha256>::new_from_slice(&key).map_err(|error| std::io::Error::other(error.to_string()))?;
        hmac.update(text.as_bytes());
        Ok(hex(&hmac.finalize().into_bytes()))
    }
}

/// As it is sent: with the port where it is not the usual one.
fn host(url: &Url) -> Result<HeaderValue, S3Error> {
    Ok(HeaderValue::from_str(&url[Position::BeforeHost..Position::AfterPort])?)
}
