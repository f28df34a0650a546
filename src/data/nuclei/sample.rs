//! One image and its nuclei, resized, and as they were if that was asked for.

use super::kaggle_layout::{Entry, Reader};
use super::mask::nuclei;
use super::options::Options;
use super::original::Original;
use crate::data::decode::{decode, format};
use crate::data::pixels::Pixels;
use image::imageops::FilterType;
use image::{DynamicImage, GrayImage, ImageFormat};

pub struct Sample {
    pub id: String,
    pub image: Pixels,
    /// 0 and 1; bytes take a quarter of the memory of f32.
    pub mask: Vec<u8>,
    pub has_masks: bool,
    /// The size before the image was resized.
    pub height: usize,
    pub width: usize,
    /// How many pixels two masks have in common.
    pub overlap: usize,
    pub original: Option<Original>,
}

impl Sample {
    /// Reads an image and its masks; the error is the reason to leave it out.
    pub fn read(
        id: &str,
        entry: &Entry,
        reader: &mut Reader,
        options: &Options,
    ) -> Result<Self, String> {
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
        let has_masks = !entry.masks.is_empty();
        if !has_masks && !options.unmasked {
            return Err("there are no masks".to_owned());
        }
        let image = decode_file(image_name, &reader.read(image_name)?)?;
        let (width, height) = (image.width(), image.height());
        let (labels, overlap) = merged_masks(&entry.masks, reader, (width, height))?;
        let side =
            u32::try_from(options.size).map_err(|_| format!("{} is too large", options.size))?;
        let is_nucleus = labels.iter().map(|&label| u8::from(label != 0)).collect();
        let union =
            GrayImage::from_raw(width, height, is_nucleus).ok_or("the image is too large")?;
        let mask = image::imageops::resize(&union, side, side, FilterType::Nearest);
        let (height, width) = (height as usize, width as usize);
        let original = options
            .originals
            .then(|| Original::new(height, width, Pixels::new(image.clone(), None), labels));
        Ok(Sample {
            id: id.to_owned(),
            image: Pixels::new(image, Some(side)),
            mask: mask.into_raw(),
            has_masks,
            height,
            width,
            overlap,
            original,
        })
    }
}

/// The number of the nucleus at each pixel, and how many pixels two masks have in common. There, the later mask wins.
fn merged_masks(
    names: &[String],
    reader: &mut Reader,
    (width, height): (u32, u32),
) -> Result<(Vec<u16>, usize), String> {
    let mut merged = vec![0u16; width as usize * height as usize];
    let (mut last, mut overlap) = (0u16, 0);
    for name in names {
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
        let numbers = nuclei(&mask).map_err(|reason| format!("{name}: {reason}"))?;
        let count = numbers.iter().copied().max().unwrap_or(0);
        let next = last
            .checked_add(count)
            .ok_or("its masks show more than 65535 nuclei; cut the image into smaller ones")?;
        for (label, number) in merged.iter_mut().zip(numbers) {
            if number != 0 {
                overlap += usize::from(*label != 0);
                *label = last + number;
            }
        }
        last = next;
    }
    Ok((merged, overlap))
}

fn decode_file(name: &str, bytes: &[u8]) -> Result<DynamicImage, String> {
    decode(bytes).map_err(|reason| format!("{name}: {reason}"))
}
