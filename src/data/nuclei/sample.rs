//! One image and the union of its nuclei's masks.

use super::kaggle_layout::{Entry, Reader};
use image::imageops::FilterType;
use image::{DynamicImage, GrayImage, RgbImage};

/// Kept as bytes, which take a quarter of the memory of f32.
pub struct Sample {
    pub id: String,
    /// Channel by channel.
    pub image: Vec<u8>,
    pub mask: Vec<u8>,
}

impl Sample {
    /// Reads an image and its masks, resized to `size` x `size` pixels; the error is the reason to leave it out.
    pub fn read(id: &str, entry: &Entry, reader: &mut Reader, size: usize) -> Result<Self, String> {
        let image_name = entry.images.first().ok_or("there are masks but no image")?;
        if entry.masks.is_empty() {
            return Err("there are no masks".to_owned());
        }
        let image = decode(image_name, &reader.read(image_name)?)?.to_rgb8();
        let (width, height) = image.dimensions();
        let mut merged = GrayImage::new(width, height);
        for name in &entry.masks {
            let mask = decode(name, &reader.read(name)?)?.to_luma8();
            if mask.dimensions() != (width, height) {
                let (mask_width, mask_height) = mask.dimensions();
                return Err(format!(
                    "{name} is {mask_width} x {mask_height} pixels, the image {width} x {height}"
                ));
            }
            // Masks hold 0 and 255, or 0 and 1: the threshold is half of the largest value.
            let half = mask.iter().max().copied().unwrap_or(0) / 2;
            for (all, one) in merged.iter_mut().zip(mask.iter()) {
                *all = (*all).max(u8::from(*one > half));
            }
        }
        let side = u32::try_from(size).map_err(|_| format!("{size} is too large"))?;
        let image = image::imageops::resize(&image, side, side, FilterType::Triangle);
        let mask = image::imageops::resize(&merged, side, side, FilterType::Nearest);
        Ok(Sample {
            id: id.to_owned(),
            image: by_channel(&image),
            mask: mask.into_raw(),
        })
    }
}

fn decode(name: &str, bytes: &[u8]) -> Result<DynamicImage, String> {
    image::load_from_memory_with_format(bytes, image::ImageFormat::Png)
        .map_err(|error| format!("{name} is not a whole PNG file ({error})"))
}

fn by_channel(image: &RgbImage) -> Vec<u8> {
    (0..3)
        .flat_map(|channel| image.pixels().map(move |pixel| pixel.0[channel]))
        .collect()
}
