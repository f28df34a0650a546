//! One image and the union of its nuclei's masks.

use super::kaggle_layout::{Entry, Reader};
use super::mask::nuclei;
use crate::data::decode::{decode, format};
use crate::data::pixels::Pixels;
use image::imageops::FilterType;
use image::{DynamicImage, GrayImage, ImageFormat};

pub struct Sample {
    pub id: String,
    pub image: Pixels,
    /// 0 and 1; bytes take a quarter of the memory of f32.
    pub mask: Vec<u8>,
}

impl Sample {
    /// Reads an image and its masks, resized to `size` x `size` pixels; the error is the reason to leave it out.
    pub fn read(id: &str, entry: &Entry, reader: &mut Reader, size: usize) -> Result<Self, String> {
        let image_name = match entry.images.as_slice() {
            [name] => name,
            [] => return Err("there are masks but no image".to_owned()),
            [first, second, ..] => {
                return Err(format!(
                    "there are {} images, such as {first} and {second}; each needs a folder of its own, with its masks",
                    entry.images.len()
                ));
            }
        };
        if entry.masks.is_empty() {
            return Err("there are no masks".to_owned());
        }
        let image = decode_file(image_name, &reader.read(image_name)?)?;
        let (width, height) = (image.width(), image.height());
        let mut merged = GrayImage::new(width, height);
        for name in &entry.masks {
            let bytes = reader.read(name)?;
            if format(&bytes) == Ok(ImageFormat::Jpeg) {
                return Err(format!(
                    "{name} is a JPEG image, which blurs the numbers of a mask; make the mask anew, as PNG or TIFF"
                ));
            }
            let mask = decode_file(name, &bytes)?;
            if (mask.width(), mask.height()) != (width, height) {
                return Err(format!(
                    "{name} is {} x {} pixels, the image {width} x {height}",
                    mask.width(),
                    mask.height()
                ));
            }
            let mask = nuclei(&mask).map_err(|reason| format!("{name}: {reason}"))?;
            for (all, one) in merged.iter_mut().zip(mask) {
                *all = (*all).max(one);
            }
        }
        let side = u32::try_from(size).map_err(|_| format!("{size} is too large"))?;
        let mask = image::imageops::resize(&merged, side, side, FilterType::Nearest);
        Ok(Sample {
            id: id.to_owned(),
            image: Pixels::new(image, Some(side)),
            mask: mask.into_raw(),
        })
    }
}

fn decode_file(name: &str, bytes: &[u8]) -> Result<DynamicImage, String> {
    decode(bytes).map_err(|reason| format!("{name}: {reason}"))
}
