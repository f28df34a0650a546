//! From the bytes of an image file to its pixels.

use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader};
use std::io::Cursor;

/// Decodes a PNG, JPEG or TIFF image, whichever its bytes say, and turns it upright as its EXIF orientation tells. The error is the
/// reason why it cannot be read, and what to do about it.
pub(super) fn decode(bytes: &[u8]) -> Result<DynamicImage, String> {
    let format = format(bytes)?;
    match format {
        ImageFormat::Jpeg => refuse_a_jpeg_cut_short(bytes)?,
        ImageFormat::Tiff => refuse_several_pages(bytes)?,
        _ => {}
    }
    let explain = |error: image::ImageError| explain(format, &error);
    let mut decoder = ImageReader::with_format(Cursor::new(bytes), format)
        .into_decoder()
        .map_err(explain)?;
    // Metadata that cannot be read must not cost the image.
    let orientation = decoder
        .orientation()
        .unwrap_or(image::metadata::Orientation::NoTransforms);
    let mut image = DynamicImage::from_decoder(decoder).map_err(explain)?;
    image.apply_orientation(orientation);
    match image {
        DynamicImage::ImageRgb32F(_) | DynamicImage::ImageRgba32F(_) => Err(
            "its values are floating-point numbers, whose range it does not say; save it with 8 or 16 bits a channel"
                .to_owned(),
        ),
        image => Ok(image),
    }
}

/// The format that the first bytes tell: names of files are often wrong.
pub(super) fn format(bytes: &[u8]) -> Result<ImageFormat, String> {
    const WAY_OUT: &str = "save it as PNG, JPEG or TIFF";
    match image::guess_format(bytes) {
        Ok(format @ (ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::Tiff)) => Ok(format),
        Ok(format) => Err(format!("it is a {format:?} image; {WAY_OUT}")),
        // BigTIFF, for files above 4 GB.
        Err(_) if bytes.starts_with(b"II\x2b\0") || bytes.starts_with(b"MM\0\x2b") => {
            Ok(ImageFormat::Tiff)
        }
        Err(_) if bytes.is_empty() => Err("the file is empty".to_owned()),
        Err(_) if bytes.get(128..132) == Some(b"DICM") => Err(format!(
            "it is a DICOM file; {WAY_OUT}, or read it with another library"
        )),
        Err(_) => Err(match beginning_as_text(bytes) {
            Some(text) => format!("it is a text file that begins with `{text}`, not an image"),
            None => format!("it does not begin like a PNG, JPEG or TIFF image; {WAY_OUT}"),
        }),
    }
}

/// The first characters of a text file: web pages with errors, and Git LFS pointers, are often saved under an image's name.
fn beginning_as_text(bytes: &[u8]) -> Option<String> {
    let text = match std::str::from_utf8(&bytes[..bytes.len().min(100)]) {
        Ok(text) => text,
        // The cut may be within a character.
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&bytes[..error.valid_up_to()]).ok()?
        }
        Err(_) => return None,
    };
    let is_text = |c: char| !c.is_control() || c.is_whitespace();
    let line = text.trim_start().lines().next().unwrap_or_default();
    text.chars()
        .all(is_text)
        .then(|| line.chars().take(40).collect())
}

/// The decoder would fill what is missing with grey. A JPEG file ends with the marker FF D9, after its last scan (FF DA).
fn refuse_a_jpeg_cut_short(bytes: &[u8]) -> Result<(), String> {
    let last = |marker: u8| bytes.windows(2).rposition(|pair| pair == [0xff, marker]);
    match last(0xd9) > last(0xda) {
        true => Ok(()),
        false => Err("it is cut short: the end of the JPEG image is missing".to_owned()),
    }
}

/// The decoder would read the first page in silence. For a stack of slices, that would be a wrong image.
fn refuse_several_pages(bytes: &[u8]) -> Result<(), String> {
    match tiff::decoder::Decoder::new(Cursor::new(bytes)) {
        Ok(pages) if pages.more_images() => Err(
            "this TIFF file holds several pages; save the page that you want as a file of its own"
                .to_owned(),
        ),
        // What is wrong with a file that cannot be opened, the image's decoder says.
        _ => Ok(()),
    }
}

fn explain(format: ImageFormat, error: &image::ImageError) -> String {
    let name = match format {
        ImageFormat::Png => "PNG",
        ImageFormat::Jpeg => "JPEG",
        _ => "TIFF",
    };
    match error {
        image::ImageError::Unsupported(_) => format!(
            "this kind of {name} file cannot be read ({error}); save it as grey or RGB with 8 or 16 bits a channel"
        ),
        image::ImageError::Limits(_) => {
            format!("the image is too large ({error}); cut or scale it")
        }
        _ => format!("it is not a whole {name} file ({error})"),
    }
}

#[cfg(test)]
mod tests;
