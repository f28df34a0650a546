//! What a model learns that separates objects.

use super::LabelMap;
use super::boundary_classes::is_rim;
use super::distance_map::depths;
use super::edge_distances::edge_distances;
use crate::{Result, Tensor};
use candle_core::Device;

/// How many pixels wide the rim of an object is.
const RIM: usize = 2;

/// Three targets for each pixel, (3, H, W) f32, that [`ops::instance_loss`](crate::ops::instance_loss) compares a model's
/// output with:
///
/// | channel | target | values |
/// | --- | --- | --- |
/// | 0 | the mask: is it in an object? | 0 or 1 |
/// | 1 | the rim: is it in an object, and at most 2 pixels from its outside? ([`boundary_classes`](super::boundary_classes)) | 0 or 1 |
/// | 2 | the depth in its object ([`distance_map`](super::distance_map)) | `0..=1` |
///
/// ```
/// use eosin::morph::{LabelMap, instance_targets};
/// let labels = LabelMap::new(1, 7, vec![0, 1, 1, 1, 1, 1, 0])?;
/// let targets = instance_targets(&labels)?.squeeze(1)?.to_vec2::<f32>()?;
/// assert_eq!(targets[0], [0., 1., 1., 1., 1., 1., 0.]);
/// assert_eq!(targets[1], [0., 1., 1., 0., 1., 1., 0.]);
/// assert_eq!(targets[2][3], 1.);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When there is no memory for it.
pub fn instance_targets(labels: &LabelMap) -> Result<Tensor> {
    let distances = edge_distances(labels);
    let is_object = labels.labels().iter().map(|&label| label != 0);
    let is_in_rim = (is_object.clone().zip(&distances))
        .map(|(is_object, &distance)| is_object && is_rim(distance, RIM));
    let number = |is: bool| f32::from(u8::from(is));
    let mut targets: Vec<f32> = is_object.map(number).collect();
    targets.extend(is_in_rim.map(number));
    targets.extend(depths(labels, &distances));
    Tensor::from_vec(targets, (3, labels.height(), labels.width()), &Device::Cpu)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::morph::drawn::discs;
    use crate::morph::{boundary_classes, distance_map};

    #[test]
    fn the_channels_are_the_mask_the_rim_and_the_depth() {
        let labels = discs(30, 40, &[(15, 12, 8), (15, 28, 7)]);
        let targets = instance_targets(&labels).unwrap();
        let numbers = |tensor: Tensor| tensor.flatten_all().unwrap().to_vec1::<f32>().unwrap();
        let channel = |index| numbers(targets.narrow(0, index, 1).unwrap());
        assert_eq!(channel(0), numbers(labels.mask().unwrap()));
        let classes = boundary_classes(&labels, RIM).unwrap();
        let classes: Vec<u32> = classes.flatten_all().unwrap().to_vec1().unwrap();
        let rim: Vec<f32> = classes
            .iter()
            .map(|&class| f32::from(u8::from(class == 2)))
            .collect();
        assert_eq!(channel(1), rim);
        assert_eq!(channel(2), numbers(distance_map(&labels).unwrap()));
    }
}
