//! From what a network says about each pixel to objects.

use super::plane::Plane;
use super::watershed;
use super::{Connectivity, LabelMap, fill_object_holes, h_maxima, label, remove_small_objects};
use crate::{Error, Result, Tensor};
use candle_core::Device;

/// How [`predicted_objects`] decides.
///
/// ```
/// use eosin::morph::Separation;
/// let careful = Separation { prominence: 0.5, ..Separation::default() };
/// assert_eq!(careful.mask_threshold, 0.5);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Separation {
    /// From which probability on a pixel is in an object.
    pub mask_threshold: f64,
    /// How far a peak of depth - rim must stand out to be an object of its own: less cuts more objects in two, more lets more of them
    /// stay together.
    pub prominence: f64,
    /// Objects of fewer pixels are left out.
    pub min_size: usize,
}

impl Default for Separation {
    fn default() -> Self {
        Separation {
            mask_threshold: 0.5,
            prominence: 0.3,
            min_size: 20,
        }
    }
}

/// The objects in a prediction (3, H, W) of what [`instance_targets`](super::instance_targets) holds: the probability of the mask, the probability of a rim,
/// and the depth.
///
/// Depth minus rim is a landscape with a hill for each object and a valley wherever two of them touch. Hills that stand out
/// ([`h_maxima`]) are the markers, and a [`watershed`] gives each the pixels of the mask around it. Then holes are filled, and what is
/// too small is left out. A model's logits become probabilities by [`ops::sigmoid`](crate::ops::sigmoid); the depth is none, and stays.
///
/// ```
/// use eosin::morph::{LabelMap, Separation, instance_targets, predicted_objects};
/// // What a perfect network would say about two squares side by side.
/// let labels = (0..12).flat_map(|_| (0..20).map(|column| 1 + column / 10)).collect();
/// let squares = LabelMap::new(12, 20, labels)?;
/// let prediction = instance_targets(&squares)?;
/// assert_eq!(predicted_objects(&prediction, &Separation::default())?, squares);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the prediction is not (3, H, W) or holds NaN, or the prominence is not above 0.
pub fn predicted_objects(prediction: &Tensor, separation: &Separation) -> Result<LabelMap> {
    const NAME: &str = "predicted_objects";
    if prediction.rank() != 3 || prediction.dim(0)? != 3 {
        return Err(Error::Invalid(format!(
            "{NAME}: a prediction for one image is (3, H, W), with mask, rim and depth, but this one is {:?}",
            prediction.shape()
        )));
    }
    let channel = |index, what| Plane::read(NAME, what, &prediction.get(index)?);
    let mask = channel(0, "mask")?;
    let (rim, depth) = (channel(1, "rim")?, channel(2, "depth")?);
    let (height, width) = mask.size();
    let tensor = |pixels: Vec<f32>| Tensor::from_vec(pixels, (height, width), &Device::Cpu);
    let is_inside: Vec<bool> = (mask.pixels.iter())
        .map(|&probability| f64::from(probability) >= separation.mask_threshold)
        .collect();
    let number = |is: bool| f32::from(u8::from(is));
    let inside = tensor(is_inside.iter().copied().map(number).collect())?;
    let hills: Vec<f32> = (depth.pixels.iter().zip(&rim.pixels).zip(&is_inside))
        // Below all that a prediction may say, so that no hill begins outside.
        .map(|((depth, rim), &is_inside)| if is_inside { depth - rim } else { -2.0 })
        .collect();
    let valleys = tensor(hills.iter().map(|height| -height).collect())?;
    let markers = h_maxima(&tensor(hills)?, separation.prominence)?;
    let objects = watershed(&valleys, &markers, &inside)?;
    // A piece of the mask on which no hill stands out is one object.
    let rest = (objects.labels().iter().zip(&is_inside))
        .map(|(&label, &is_inside)| number(is_inside && label == 0))
        .collect();
    let pieces = label(&tensor(rest)?, Connectivity::Four)?;
    let count = markers.count() as u32;
    let all = (objects.labels().iter().zip(pieces.labels()))
        .map(|(&object, &piece)| match piece {
            0 => object,
            piece => count + piece,
        })
        .collect();
    let whole = fill_object_holes(&LabelMap::new(height, width, all)?)?;
    Ok(remove_small_objects(&whole, separation.min_size)?.relabeled())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::morph::drawn::discs;
    use crate::morph::instance_targets;

    #[test]
    fn a_perfect_prediction_gives_back_discs_that_touch() {
        let drawn = discs(40, 60, &[(20, 14, 10), (20, 33, 9), (22, 51, 8)]);
        let prediction = instance_targets(&drawn).unwrap();
        let found = predicted_objects(&prediction, &Separation::default()).unwrap();
        assert_eq!(found.count(), 3);
        let differ = (found.labels().iter().zip(drawn.labels()))
            .filter(|(found, drawn)| found != drawn)
            .count();
        assert!(differ < 20, "{differ} pixels differ");
    }

    #[test]
    fn a_flat_piece_is_an_object_and_a_speck_is_none() {
        let drawn = discs(40, 60, &[(20, 14, 10), (20, 45, 1)]);
        let mask = drawn.mask().unwrap();
        let nothing = mask.zeros_like().unwrap();
        let prediction = Tensor::cat(&[&mask, &nothing, &nothing], 0).unwrap();
        let found = predicted_objects(&prediction, &Separation::default()).unwrap();
        assert_eq!(
            (found.count(), found.at(20, 14), found.at(20, 45)),
            (1, 1, 0)
        );
    }

    #[test]
    fn another_shape_is_refused_by_a_sentence() {
        let prediction = discs(8, 8, &[(4, 4, 2)]).mask().unwrap();
        let error = predicted_objects(&prediction, &Separation::default());
        let error = error.unwrap_err().to_string();
        assert!(error.contains("mask, rim and depth"), "{error}");
    }
}
