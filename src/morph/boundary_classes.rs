//! Classes of pixels that keep objects apart: background, inside, and between.

use super::LabelMap;
use super::edge_distances::edge_distances;
use super::nearest_objects::NearestObjects;
use crate::{Result, Tensor};
use candle_core::Device;

const BACKGROUND: u32 = 0;
const INSIDE: u32 = 1;
const BOUNDARY: u32 = 2;

/// Three classes (H, W) of u32: 0 is background, 1 the inside of an object, and 2 its rim, the pixels at most `width` away from
/// a pixel outside of the object. With a width of 1 the rim is that of scikit-image's `find_boundaries(labels, mode="inner")`
/// with `connectivity=1`. A model that knows these classes separates objects by their rims (Chen et al. 2016, "DCAN").
///
/// The edge of the image is no rim. Objects that are at most `2 * width` wide are all rim.
///
/// ```
/// use eosin::morph::{LabelMap, boundary_classes};
/// let labels = LabelMap::new(1, 9, vec![0, 1, 1, 1, 1, 2, 2, 2, 0])?;
/// let classes = boundary_classes(&labels, 1)?.flatten_all()?.to_vec1::<u32>()?;
/// assert_eq!(classes, [0, 2, 1, 1, 2, 2, 1, 2, 0]);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When there is no memory for it.
pub fn boundary_classes(labels: &LabelMap, width: usize) -> Result<Tensor> {
    let class = |(&label, distance): (&u32, f32)| match label {
        0 => BACKGROUND,
        _ if is_rim(distance, width) => BOUNDARY,
        _ => INSIDE,
    };
    let pixels = labels.labels().iter().zip(edge_distances(labels));
    let classes: Vec<u32> = pixels.map(class).collect();
    Tensor::from_vec(classes, (labels.height(), labels.width()), &Device::Cpu)
}

/// Whether a pixel of an object, so far from the edge, belongs to a rim of this width.
pub(super) fn is_rim(distance: f32, width: usize) -> bool {
    distance <= width as f32
}

/// Three classes (H, W) of u32: 0 is background, 1 an object, and 2 where two objects nearly touch, the pixels of either or of
/// the background from which it is at most `width` to both. Only there does a mask fail to separate objects, so only there must
/// a model learn another class (after the winners of the 2018 Data Science Bowl, Caicedo et al. 2019).
///
/// ```
/// use eosin::morph::{LabelMap, touching_classes};
/// let labels = LabelMap::new(1, 9, vec![0, 1, 1, 1, 0, 2, 2, 2, 0])?;
/// let classes = touching_classes(&labels, 2)?.flatten_all()?.to_vec1::<u32>()?;
/// assert_eq!(classes, [0, 1, 1, 2, 2, 2, 1, 1, 0]);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When there is no memory for it.
pub fn touching_classes(labels: &LabelMap, width: usize) -> Result<Tensor> {
    let objects = NearestObjects::of(labels);
    let reach = width as f32;
    let class = |(place, &label): (usize, &u32)| {
        let (row, column) = (place / labels.width(), place % labels.width());
        match label {
            _ if objects.second(row, column, reach) <= reach => BOUNDARY,
            0 => BACKGROUND,
            _ => INSIDE,
        }
    };
    let classes: Vec<u32> = labels.labels().iter().enumerate().map(class).collect();
    Tensor::from_vec(classes, (labels.height(), labels.width()), &Device::Cpu)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::morph::drawn::discs;

    fn rows(classes: &Tensor) -> Vec<Vec<u32>> {
        classes.to_vec2().unwrap()
    }

    #[test]
    fn insides_are_apart_even_where_objects_touch() {
        let labels = discs(30, 50, &[(15, 14, 10), (15, 34, 9)]);
        let classes = rows(&boundary_classes(&labels, 1).unwrap());
        for (row, classes) in classes.iter().enumerate() {
            for (column, &class) in classes.iter().enumerate() {
                assert_eq!(class == BACKGROUND, labels.at(row, column) == 0);
                if class == INSIDE && classes.get(column + 1) == Some(&INSIDE) {
                    assert_eq!(labels.at(row, column), labels.at(row, column + 1));
                }
            }
        }
        assert_eq!(classes[15][24..26], [BOUNDARY; 2]);
        assert_eq!(classes[15][23], INSIDE);
    }

    #[test]
    fn only_what_lies_between_two_objects_is_between() {
        let labels = discs(40, 60, &[(20, 15, 10), (20, 37, 10), (20, 57, 2)]);
        let classes = rows(&touching_classes(&labels, 3).unwrap());
        assert_eq!(classes[20][22..30], [1, 1, 2, 2, 2, 2, 2, 1][..]);
        assert_eq!((classes[10][15], classes[20][5], classes[5][26]), (1, 1, 0));
        assert_eq!(classes[20][55], 1, "8 pixels are too far");
    }
}
