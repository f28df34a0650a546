//! A patch that slides over an image, to play with.

use super::component_data::{check_sides, image_data, shares};
use crate::data::image_shape;
use crate::display::{Bundle, Show, show_result};
use crate::plot::{Legend, Tile, draw_tiles};
use crate::{Error, Result, Tensor};
use candle_core::DType;
use serde_json::json;

const NAME: &str = "sliding_patch";
/// Pixels in a row or column: more take too long to slide over.
const LONGEST: usize = 256;

/// A patch that slides over an image: see [`sliding_patch`].
#[derive(Debug, Clone)]
pub struct SlidingPatch {
    image: Tensor,
    /// (1, H, W)
    probabilities: Tensor,
    patch: usize,
    seconds: Option<(f64, f64)>,
}

/// Shows how a network that classifies a patch of `patch` x `patch` pixels makes a mask: the patch slides over the image, (1, H, W) or
/// (3, H, W) with values in `0..=1`, row by row, and each time gives the pixel in its middle its probability, from `probabilities`
/// (H, W) or (1, H, W) in `0..=1`. As a cell's last value it is a display to play with: step, play at several speeds, or point at a
/// pixel.
///
/// ```
/// use eosin::prelude::*;
/// let image = Tensor::zeros((3, 16, 16), DType::F32, &Device::Cpu)?;
/// let probabilities = Tensor::full(0.5f32, (16, 16), &Device::Cpu)?;
/// visual::sliding_patch(&image, &probabilities, 5)?.seconds(41.3, 0.19);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the image is no image, the probabilities have another size or are not in `0..=1`, the patch is empty, or there are more than
/// 256 pixels in a row or column.
pub fn sliding_patch(image: &Tensor, probabilities: &Tensor, patch: usize) -> Result<SlidingPatch> {
    let (_, height, width) = image_shape(NAME, image)?;
    check_sides(NAME, height, width, LONGEST)?;
    let refuse = |reason: String| Err(Error::Invalid(format!("{NAME}: {reason}")));
    if ![&[height, width][..], &[1, height, width]].contains(&probabilities.dims()) {
        return refuse(format!(
            "the probabilities {:?} must be ({height}, {width}), one for each pixel of the image",
            probabilities.shape()
        ));
    }
    let numbers: Vec<f32> = probabilities
        .to_dtype(DType::F32)?
        .flatten_all()?
        .to_vec1()?;
    if let Some(number) = numbers.iter().find(|number| !(0.0..=1.0).contains(*number)) {
        return refuse(format!(
            "a probability is {number}, but all must be from 0 to 1; `sigmoid` makes them from logits"
        ));
    }
    if patch == 0 {
        return refuse("a patch of 0 pixels shows the network nothing; take at least 1".to_owned());
    }
    Ok(SlidingPatch {
        image: image.detach(),
        probabilities: probabilities.detach().reshape((1, height, width))?,
        patch,
        seconds: None,
    })
}

impl SlidingPatch {
    /// Adds a clock: the seconds that you measured for all patches, and for the whole image at once.
    pub fn seconds(mut self, patches: f64, dense: f64) -> Self {
        self.seconds = Some((patches, dense));
        self
    }

    /// Shows the display as a cell's result; evcxr calls this.
    pub fn evcxr_display(&self) {
        show_result(self);
    }
}

impl Show for SlidingPatch {
    fn bundle(&self) -> Result<Bundle> {
        let Self {
            image,
            probabilities,
            patch,
            ..
        } = self;
        // Times that are not positive would give a clock that says nothing.
        let is_time = |seconds: &(f64, f64)| {
            [seconds.0, seconds.1]
                .iter()
                .all(|seconds| *seconds > 0.0 && seconds.is_finite())
        };
        let seconds = self.seconds.filter(is_time);
        let numbers: Vec<f32> = probabilities
            .to_dtype(DType::F32)?
            .flatten_all()?
            .to_vec1()?;
        let mut text = format!(
            "A mask of {} pixels takes {} patches of {patch} x {patch} pixels, one around each",
            numbers.len(),
            numbers.len()
        );
        if let Some((patches, dense)) = seconds {
            text += &format!(": {patches:.2} s; the whole image at once takes {dense:.2} s");
        }
        let tiles = [
            Tile::new(NAME, image, "image".to_owned())?,
            Tile::new(NAME, probabilities, "mask".to_owned())?,
        ];
        let figure = draw_tiles(&tiles, 2, Legend::Nothing, text)?.compact()?;
        let mut data = json!({
            "image": image_data(NAME, image)?,
            "probabilities": shares(&numbers),
            "patch": patch,
        });
        if let Some((patches, dense)) = seconds {
            data["seconds"] = json!({ "patches": patches, "dense": dense });
        }
        Ok(figure.bundle()?.with_component("sliding-patch", data))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;

    #[test]
    fn the_text_counts_patches_and_tells_the_time() {
        let image = Tensor::zeros((1, 4, 6), DType::F32, &Device::Cpu).unwrap();
        let probabilities = Tensor::full(0.5f32, (4, 6), &Device::Cpu).unwrap();
        let display = sliding_patch(&image, &probabilities, 3).unwrap();
        let bundle = display.clone().seconds(41.3, 0.19).bundle().unwrap();
        let text = "A mask of 24 pixels takes 24 patches of 3 x 3 pixels, one around each: 41.30 s; the whole image at once takes 0.19 s";
        assert_eq!(bundle.plain(), text);
        let data = &bundle.data()["application/vnd.eosin.component+json"];
        assert_eq!(data["seconds"]["dense"], 0.19);
        let data = display.seconds(0.0, f64::NAN).bundle().unwrap().data()
            ["application/vnd.eosin.component+json"]
            .clone();
        assert_eq!(data["seconds"], serde_json::Value::Null);
    }

    #[test]
    fn what_is_no_mask_of_the_image_is_refused() {
        let image = Tensor::zeros((1, 4, 6), DType::F32, &Device::Cpu).unwrap();
        let message = |shape: (usize, usize), number: f32, patch| {
            let probabilities = Tensor::full(number, shape, &Device::Cpu).unwrap();
            let display = sliding_patch(&image, &probabilities, patch);
            display.unwrap_err().to_string()
        };
        assert!(message((6, 4), 0.5, 3).contains("must be (4, 6)"));
        assert!(message((4, 6), f32::NAN, 3).contains("is NaN"));
        assert!(message((4, 6), 1.5, 3).contains("is 1.5"));
        assert!(message((4, 6), 0.5, 0).contains("at least 1"));
    }
}
