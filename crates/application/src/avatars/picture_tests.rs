use std::io::Cursor;

use image::{
    DynamicImage, Frame, GenericImageView, ImageEncoder, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage,
    codecs::{gif::GifEncoder, jpeg::JpegEncoder},
};

use super::Picture;

const RED: Rgb<u8> = Rgb([255, 0, 0]);

/// Red on the left, blue on the right.
fn halves(width: u32, height: u32) -> DynamicImage {
    RgbImage::from_fn(width, height, |x, _| if x < width / 2 { RED } else { Rgb([0, 0, 255]) }).into()
}

fn written(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn redrawn(sent: &[u8]) -> (DynamicImage, &'static str) {
    let picture = Picture::redrawn(sent).unwrap();
    (image::load_from_memory(&picture.bytes).unwrap(), picture.content_type)
}

fn refusal(sent: &[u8]) -> String {
    Picture::redrawn(sent).unwrap_err().0
}

fn is_red(image: &DynamicImage, x: u32, y: u32) -> bool {
    let [red, _, blue, _] = image.get_pixel(x, y).0;
    red > 200 && blue < 60
}

/// A PNG that says it is so large, and has one pixel.
fn boastful(width: u32, height: u32) -> Vec<u8> {
    let mut png = written(&halves(1, 1), ImageFormat::Png);
    png[16..20].copy_from_slice(&width.to_be_bytes());
    png[20..24].copy_from_slice(&height.to_be_bytes());
    let sum = crc32fast::hash(&png[12..29]);
    png[29..33].copy_from_slice(&sum.to_be_bytes());
    png
}

#[test]
fn pictures_become_small_and_keep_their_shape() {
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Gif, ImageFormat::WebP] {
        let (image, content_type) = redrawn(&written(&halves(2_000, 1_000), format));
        assert_eq!((image.dimensions(), content_type), ((512, 256), "image/jpeg"), "{format:?}");
        assert!(is_red(&image, 10, 10) && !is_red(&image, 500, 200), "{format:?}");
    }
}

#[test]
fn small_pictures_stay_small() {
    for size in [(1, 1), (512, 512), (3, 400)] {
        let (image, _) = redrawn(&written(&halves(size.0, size.1), ImageFormat::Png));
        assert_eq!(image.dimensions(), size);
    }
    let (thin, _) = redrawn(&written(&halves(10_000, 1), ImageFormat::Png));
    assert_eq!(thin.dimensions(), (512, 1));
}

#[test]
fn what_is_transparent_stays_so() {
    let mut image = RgbaImage::from_pixel(600, 600, Rgba([255, 0, 0, 255]));
    image.put_pixel(0, 0, Rgba([0, 0, 0, 0]));
    let opaque = RgbaImage::from_pixel(10, 10, Rgba([255, 0, 0, 255]));
    assert_eq!(redrawn(&written(&opaque.into(), ImageFormat::Png)).1, "image/jpeg");
    let clear = RgbaImage::from_pixel(10, 10, Rgba([255, 0, 0, 40]));
    let (clear, content_type) = redrawn(&written(&clear.into(), ImageFormat::WebP));
    assert_eq!((clear.get_pixel(5, 5).0[3], content_type), (40, "image/png"));
    let deep = DynamicImage::ImageRgba8(image).into_rgba16();
    assert_eq!(redrawn(&written(&deep.into(), ImageFormat::Png)).0.dimensions(), (512, 512));
}

#[test]
fn the_camera_is_believed_about_what_is_up_and_about_nothing_else() {
    // One entry: the picture is to be turned to the right.
    let mut exif = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0".to_vec();
    exif.extend_from_slice(b"GPS 47.3769 N");
    let mut sent = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut sent, 95);
    encoder.set_exif_metadata(exif).unwrap();
    halves(800, 400).write_with_encoder(encoder).unwrap();
    assert!(sent.windows(4).any(|bytes| bytes == b"GPS "));
    let kept = Picture::redrawn(&sent).unwrap().bytes;
    assert!(!kept.windows(4).any(|bytes| bytes == b"GPS " || bytes == b"Exif"));
    let (image, _) = redrawn(&sent);
    assert_eq!(image.dimensions(), (256, 512));
    assert!(is_red(&image, 128, 10) && !is_red(&image, 128, 500), "left is up");
}

#[test]
fn of_several_pictures_the_first_is_kept() {
    let mut sent = Vec::new();
    let mut encoder = GifEncoder::new(&mut sent);
    for color in [Rgba([255, 0, 0, 255]), Rgba([0, 0, 255, 255])] {
        encoder.encode_frame(Frame::new(RgbaImage::from_pixel(20, 20, color))).unwrap();
    }
    drop(encoder);
    assert!(is_red(&redrawn(&sent).0, 10, 10));
}

#[test]
fn what_is_no_picture_is_refused() {
    for sent in [&b""[..], b"x", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%PDF-1.7", b"BM\0\0\0\0", b"II*\0"] {
        assert_eq!(refusal(sent), "must be a GIF, JPEG, PNG or WebP picture");
    }
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Gif, ImageFormat::WebP] {
        let whole = written(&halves(64, 64), format);
        for length in [12, 20, whole.len() / 2] {
            // Some decoders make do with half a picture; none gives up in another way.
            if let Err(problem) = Picture::redrawn(&whole[..length]) {
                assert!(problem.0.starts_with("cannot be read") || problem.0.starts_with("must be"), "{problem}");
            }
        }
        let mut spoilt = whole.clone();
        for place in (0..spoilt.len()).skip(4).step_by(7) {
            spoilt[place] ^= 0x5a;
        }
        assert!(Picture::redrawn(&spoilt).is_err(), "{format:?}");
    }
}

#[test]
fn what_would_be_huge_is_refused_before_it_is_unpacked() {
    for (width, height) in [(50_000, 50_000), (u32::MAX / 2, 1), (1, 20_000), (16_000, 16_000)] {
        let problem = refusal(&boastful(width, height));
        assert_eq!(problem, "has too many pixels", "{width} x {height}");
    }
    // A GIF says it in its first bytes.
    let mut gif = written(&halves(8, 8), ImageFormat::Gif);
    gif[6..10].copy_from_slice(&[0xff; 4]);
    assert!(Picture::redrawn(&gif).is_err());
}
