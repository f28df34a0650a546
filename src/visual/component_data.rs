//! Images, numbers and label maps as data for a component: `pixels.ts` beside the components is the other side.

use crate::data::image_shape;
use crate::morph::LabelMap;
use crate::{Error, Result, Tensor};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use candle_core::DType;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder};
use serde_json::{Value, json};

/// An image (1, H, W) or (3, H, W) with values in `0..=1` (others are clipped, NaN is black) as a PNG file, for `operation`.
///
/// # Errors
/// When the tensor is not such an image.
pub fn image_data(operation: &str, image: &Tensor) -> Result<Value> {
    let (channels, height, width) = image_shape(operation, image)?;
    let planes = image
        .to_dtype(DType::F32)?
        .reshape((channels, height * width))?;
    let planes: Vec<Vec<f32>> = planes.to_vec2()?;
    // Microscopes often store grey as three equal channels: one is enough.
    let is_grey = planes.iter().all(|plane| plane == &planes[0]);
    let shown = if is_grey { &planes[..1] } else { &planes[..] };
    let pixels: Vec<u8> = (0..height * width)
        .flat_map(|pixel| shown.iter().map(move |plane| byte(plane[pixel])))
        .collect();
    let mut png = Vec::new();
    let encoder =
        PngEncoder::new_with_quality(&mut png, CompressionType::Best, FilterType::Adaptive);
    let colours = match is_grey {
        true => ExtendedColorType::L8,
        false => ExtendedColorType::Rgb8,
    };
    encoder
        .write_image(&pixels, width as u32, height as u32, colours)
        .map_err(|error| Error::Plot(error.to_string()))?;
    Ok(json!({ "height": height, "width": width, "png": STANDARD.encode(png) }))
}

/// A label map as runs: pairs of a number and how many pixels in a row have it, row by row.
pub fn label_data(labels: &LabelMap) -> Value {
    let runs: Vec<usize> = labels
        .labels()
        .chunk_by(|one, other| one == other)
        .flat_map(|run| [run[0] as usize, run.len()])
        .collect();
    json!({ "height": labels.height(), "width": labels.width(), "runs": runs })
}

/// Numbers in `0..=1` as a byte each, in base64; others are clipped, and NaN is 0.
pub fn shares(numbers: &[f32]) -> String {
    let bytes: Vec<u8> = numbers.iter().map(|&number| byte(number)).collect();
    STANDARD.encode(bytes)
}

/// Bytes in base64.
pub fn bytes(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Numbers as four bytes each, the lowest first, in base64: exactly the same numbers on the page.
pub fn floats(numbers: &[f32]) -> String {
    let bytes: Vec<u8> = numbers
        .iter()
        .flat_map(|number| number.to_le_bytes())
        .collect();
    STANDARD.encode(bytes)
}

/// Refuses what has more pixels than a notebook should hold, for `operation`.
///
/// # Errors
/// When a side is longer than `longest`.
pub fn check_sides(operation: &str, height: usize, width: usize, longest: usize) -> Result<()> {
    if height.max(width) <= longest {
        return Ok(());
    }
    Err(Error::Invalid(format!(
        "{operation}: {height} x {width} pixels are too many to store in a notebook; show at most {longest} in a row or column, for \
         example a part, as `image.i((.., ..{longest}, ..{longest}))?`"
    )))
}

fn byte(number: f32) -> u8 {
    (number.clamp(0.0, 1.0) * 255.0).round() as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;

    #[test]
    fn a_label_map_becomes_runs_that_go_on_in_the_next_row() {
        let labels = LabelMap::new(2, 3, vec![0, 0, 70000, 70000, 5, 0]).unwrap();
        let data = label_data(&labels);
        assert_eq!(data["runs"], json!([0, 2, 70000, 2, 5, 1, 0, 1]));
        let none = LabelMap::new(0, 3, vec![]).unwrap();
        assert_eq!(label_data(&none)["runs"], json!([]));
    }

    #[test]
    fn numbers_are_written_as_the_page_reads_them() {
        assert_eq!(floats(&[1.5, -2.0]), "AADAPwAAAMA=");
        assert_eq!(shares(&[-1.0, 0.5, 2.0]), "AID/");
        assert_eq!(shares(&[f32::NAN]), bytes(&[0]));
    }

    #[test]
    fn an_image_keeps_its_pixels_and_grey_takes_one_channel() {
        let grey = Tensor::new(&[[[0f32, 1.0, 0.2]]], &Device::Cpu).unwrap();
        let three = Tensor::cat(&[&grey, &grey, &grey], 0).unwrap();
        let red = Tensor::cat(&[&grey, &grey, &(&grey * 0.0).unwrap()], 0).unwrap();
        let data = |image: &Tensor| image_data("test", image).unwrap();
        assert_eq!(data(&grey), data(&three));
        let png = STANDARD
            .decode(data(&red)["png"].as_str().unwrap())
            .unwrap();
        let pixels = image::load_from_memory(&png).unwrap().to_rgb8();
        assert_eq!(pixels.into_raw(), [0, 0, 0, 255, 255, 0, 51, 51, 0]);
        let error = check_sides("test", 1, 3, 2).unwrap_err().to_string();
        assert!(error.contains("at most 2 in a row"), "{error}");
    }
}
