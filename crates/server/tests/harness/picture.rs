//! Pictures to send.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat};

use super::{Account, call::Call};

/// A PNG of that size.
pub fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::new_rgb8(width, height).write_to(&mut bytes, ImageFormat::Png).expect("a picture");
    bytes.into_inner()
}

impl Call {
    /// A body that is a picture.
    pub fn picture(self) -> Self {
        self.header("content-type", "image/png").bytes(png(20, 10))
    }
}

impl Account {
    /// Has a new picture; its id.
    pub async fn new_avatar(&self) -> String {
        let me = self.call(reqwest::Method::PUT, "/users/me/avatar").picture().await.expect(200);
        let address = me["avatar_url"].as_str().expect("an address");
        address.strip_prefix("/api/v1/avatars/").expect("an address of ours").to_owned()
    }
}
