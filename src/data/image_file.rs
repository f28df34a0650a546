//! Reading an image from a file, and writing one.

use super::decode::decode;
use super::image_shape;
use super::listing::nearby;
use super::pixels::Pixels;
use crate::whole_file::write_whole;
use crate::{Error, Result, Tensor};
use candle_core::{DType, Device};
use image::{DynamicImage, GrayImage, ImageFormat, RgbImage};
use std::path::Path;

/// Reads a PNG, JPEG or TIFF image as a tensor (3, H, W), f32 in `0..=1`; a grey image gets three equal channels.
///
/// A photograph is turned upright as its EXIF orientation tells, and transparency is left out. The values of 16-bit images keep all
/// their levels; in grey ones, 1 is the largest number of 8, 10, 12, 14 or 16 bits, the fewest that hold the brightest pixel, since
/// a camera with 12 bits writes them into a file of 16.
///
/// ```
/// use eosin::prelude::*;
/// # let folder = tempfile::tempdir().unwrap();
/// # let path = folder.path().join("grey.png");
/// data::save_image(&Tensor::full(0.2f32, (1, 4, 6), &Device::Cpu)?, &path)?;
/// let image = data::load_image(&path)?;
/// assert_eq!(image.dims(), [3, 4, 6]);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the file cannot be read or is cut short, or is not such an image: another format, several pages, or floating-point numbers.
pub fn load_image(path: impl AsRef<Path>) -> Result<Tensor> {
    let path = path.as_ref();
    let bytes = std::fs::read(path).map_err(|source| unreadable(path, source))?;
    let image = decode(&bytes).map_err(|reason| unusable(path, reason))?;
    let (width, height) = (image.width() as usize, image.height() as usize);
    let values = Pixels::new(image, None).values();
    Tensor::from_vec(values, (3, height, width), &Device::Cpu)
}

/// Writes a tensor (1, H, W) or (3, H, W) with values in `0..=1` (others are clipped) as an 8-bit PNG file, whole or not at all.
///
/// # Errors
/// When the tensor is not an image, or the file cannot be written.
pub fn save_image(image: &Tensor, path: impl AsRef<Path>) -> Result<()> {
    let path = path.as_ref();
    let (channels, height, width) = image_shape("save_image", image)?;
    let rounded = (image.to_dtype(DType::F32)?.clamp(0f32, 1f32)? * 255.0)?.round()?;
    let bytes = rounded
        .permute((1, 2, 0))?
        .to_dtype(DType::U8)?
        .flatten_all()?
        .to_vec1()?;
    let (width, height) = (width as u32, height as u32);
    let picture = match channels {
        1 => GrayImage::from_raw(width, height, bytes).map(DynamicImage::from),
        _ => RgbImage::from_raw(width, height, bytes).map(DynamicImage::from),
    };
    let picture = picture.ok_or_else(|| unusable(path, "the image is too large"))?;
    let mut png = std::io::Cursor::new(Vec::new());
    picture
        .write_to(&mut png, ImageFormat::Png)
        .map_err(|error| unusable(path, error))?;
    write_whole(path, |file| {
        std::io::Write::write_all(file, png.get_ref()).map_err(|source| at(path, source))
    })
}

/// Why the file cannot be read; if it is missing, what lies beside it.
pub(super) fn unreadable(path: &Path, source: std::io::Error) -> Error {
    match path.exists() {
        true => at(path, source),
        false => unusable(path, format!("there is no such file; {}", nearby(path))),
    }
}

fn at(path: &Path, source: std::io::Error) -> Error {
    Error::Io {
        path: path.to_owned(),
        source,
    }
}

pub(super) fn unusable(path: &Path, reason: impl ToString) -> Error {
    Error::Image {
        path: path.to_owned(),
        reason: reason.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_read_as_it_was_written_except_for_rounding() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("image.png");
        let image = Tensor::rand(-0.1f32, 1.1, (3, 5, 7), &Device::Cpu).unwrap();
        save_image(&image, &path).unwrap();
        let clipped = image.clamp(0f32, 1f32).unwrap();
        let difference = (load_image(&path).unwrap() - clipped)
            .unwrap()
            .abs()
            .unwrap();
        let largest = difference.max_all().unwrap().to_scalar::<f32>().unwrap();
        assert!(largest <= 0.5 / 255.0 + 1e-6, "{largest}");
    }

    #[test]
    fn an_error_names_the_file_that_is_not_an_image() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("note.png");
        std::fs::write(&path, "no image").unwrap();
        assert!(
            load_image(&path)
                .unwrap_err()
                .to_string()
                .contains("note.png")
        );
        let error = load_image(folder.path().join("photos/none.png"))
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("none.png: there is no such file") && error.contains("holds note.png"),
            "{error}"
        );
        let flat = Tensor::zeros((5, 7), DType::F32, &Device::Cpu).unwrap();
        assert!(
            save_image(&flat, &path)
                .unwrap_err()
                .to_string()
                .contains("(3, H, W)")
        );
    }
}
