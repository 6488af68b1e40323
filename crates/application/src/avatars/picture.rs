use std::io::Cursor;

use bytes::Bytes;
use image::{
    DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, codecs::jpeg::JpegEncoder, metadata::Orientation,
};
use stead_domain::Invalid;

/// The most pixels along a side of a picture that is kept.
const SIDE: u32 = 512;
/// The most pixels along a side of one that is sent.
const SIDE_SENT: u32 = 16_384;
/// The most memory that its pixels take: 33 million with transparency, 44 million without.
const PIXEL_BYTES: u64 = 128 * 1024 * 1024;
const QUALITY: u8 = 85;

/// A picture as it is kept: small, without anything but its pixels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// A PNG where something is transparent, else a JPEG.
    pub bytes: Bytes,
    /// Which of the two.
    pub content_type: &'static str,
}

impl Picture {
    /// The picture that these bytes were kept as.
    pub(super) fn kept(bytes: Bytes) -> Self {
        let content_type = if bytes.starts_with(b"\x89PNG") { "image/png" } else { "image/jpeg" };
        Self { bytes, content_type }
    }

    /// Draws what was sent anew, the first picture where there are several. Takes its time, and up to three times
    /// [`PIXEL_BYTES`].
    ///
    /// # Errors
    /// It is no picture, of no kind that is known, or too large.
    pub(super) fn redrawn(sent: &[u8]) -> Result<Self, Invalid> {
        let (mut image, orientation) = decoded(sent)?;
        if image.width() > SIDE || image.height() > SIDE {
            image = image.thumbnail(SIDE, SIDE);
        }
        image.apply_orientation(orientation);
        let mut bytes = Cursor::new(Vec::new());
        let drawn = if has_transparency(&image) {
            DynamicImage::ImageRgba8(image.into_rgba8()).write_to(&mut bytes, ImageFormat::Png)
        } else {
            let image = DynamicImage::ImageRgb8(image.into_rgb8());
            image.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, QUALITY))
        };
        match drawn {
            Ok(()) => Ok(Self::kept(bytes.into_inner().into())),
            Err(error) => Err(unreadable(&error)),
        }
    }
}

fn decoded(sent: &[u8]) -> Result<(DynamicImage, Orientation), Invalid> {
    let mut reader = ImageReader::new(Cursor::new(sent));
    match image::guess_format(sent) {
        Ok(format @ (ImageFormat::Gif | ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP)) => {
            reader.set_format(format);
        }
        Ok(_) | Err(_) => return Err(Invalid::new("must be a GIF, JPEG, PNG or WebP picture")),
    }
    let mut limits = Limits::no_limits();
    limits.max_image_width = Some(SIDE_SENT);
    limits.max_image_height = Some(SIDE_SENT);
    limits.max_alloc = Some(2 * PIXEL_BYTES);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| unreadable(&error))?;
    if decoder.total_bytes() > PIXEL_BYTES {
        return Err(too_large());
    }
    // What it says about itself may be wrong where its pixels are not.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let image = DynamicImage::from_decoder(decoder).map_err(|error| unreadable(&error))?;
    Ok((image, orientation))
}

fn unreadable(error: &image::ImageError) -> Invalid {
    match error {
        image::ImageError::Limits(_) => too_large(),
        _ => Invalid::new("cannot be read: it is damaged, or not what it says it is"),
    }
}

fn too_large() -> Invalid {
    Invalid::new("has too many pixels")
}

fn has_transparency(image: &DynamicImage) -> bool {
    image.color().has_alpha() && image.to_rgba8().pixels().any(|pixel| pixel.0[3] < u8::MAX)
}
