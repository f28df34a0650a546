//! How deep in its object each pixel lies.

use super::LabelMap;
use super::edge_distances::edge_distances;
use crate::{Result, Tensor};
use candle_core::Device;
use std::collections::HashMap;

/// The depth of each pixel in its object, (1, H, W) f32: the distance to the nearest pixel outside of the object, divided by
/// the largest such distance in the object. It is 1 in the middle, however large the object is, small at the edge, and 0 in the
/// background. Where two objects touch there is a valley between them, which a mask does not have. (This target is that of
/// Naylor et al. 2019, "Segmentation of Nuclei in Histopathology Images by Deep Regression of the Distance Map", divided by the
/// maximum.)
///
/// What is outside of the image does not count as outside of an object.
///
/// ```
/// use eosin::morph::{LabelMap, distance_map};
/// let labels = LabelMap::new(1, 8, vec![0, 1, 1, 1, 2, 2, 2, 0])?;
/// let depth = distance_map(&labels)?.flatten_all()?.to_vec1::<f32>()?;
/// assert_eq!(depth, [0., 0.5, 1., 0.5, 0.5, 1., 0.5, 0.]);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When there is no memory for it.
pub fn distance_map(labels: &LabelMap) -> Result<Tensor> {
    let depths = depths(labels, &edge_distances(labels));
    Tensor::from_vec(depths, (1, labels.height(), labels.width()), &Device::Cpu)
}

/// Distances to the edge, each divided by the largest of its object.
pub(super) fn depths(labels: &LabelMap, distances: &[f32]) -> Vec<f32> {
    let mut largest: HashMap<u32, f32> = HashMap::new();
    for (&label, &distance) in labels.labels().iter().zip(distances) {
        let largest = largest.entry(label).or_default();
        *largest = largest.max(distance);
    }
    let depth = |(label, &distance): (&u32, &f32)| match largest[label] {
        // Of an object that fills the whole image, nobody sees an edge.
        f32::INFINITY => 1.0,
        0.0 => 0.0,
        largest => distance / largest,
    };
    labels.labels().iter().zip(distances).map(depth).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::morph::drawn::discs;

    #[test]
    fn it_is_one_in_the_middle_of_every_object_and_has_a_valley_where_two_touch() {
        let labels = discs(40, 60, &[(20, 15, 10), (20, 34, 9), (5, 50, 3)]);
        let depth = distance_map(&labels).unwrap().squeeze(0).unwrap();
        let depth: Vec<Vec<f32>> = depth.to_vec2().unwrap();
        let middles = [depth[20][15], depth[20][34], depth[5][50]];
        assert_eq!(middles, [1.0; 3]);
        let valley = depth[20][24].min(depth[20][25]);
        assert!(valley < 0.2, "{valley}");
        for (row, depths) in depth.iter().enumerate() {
            for (column, &depth) in depths.iter().enumerate() {
                assert_eq!(depth > 0.0, labels.at(row, column) != 0);
                assert!(depth <= 1.0);
            }
        }
    }

    #[test]
    fn an_object_as_large_as_the_image_is_deep_everywhere_and_an_empty_image_nowhere() {
        for (label, wanted) in [(3, 1.0), (0, 0.0)] {
            let labels = LabelMap::new(2, 3, vec![label; 6]).unwrap();
            let depth = distance_map(&labels).unwrap().flatten_all().unwrap();
            assert_eq!(depth.to_vec1::<f32>().unwrap(), [wanted; 6]);
        }
    }
}
