//! The outlines of all objects in an image.

use crate::data::image_shape;
use crate::morph::LabelMap;
use crate::plot::{Tile, label_outline};
use crate::{Error, Result, Tensor};

/// Refuses a label map of another size than its image (1 or 3, H, W), for `operation`.
///
/// # Errors
/// When the sizes differ, or the tensor is no image.
pub fn check_same_size(operation: &str, image: &Tensor, labels: &LabelMap) -> Result<()> {
    let (_, height, width) = image_shape(operation, image)?;
    if (height, width) == (labels.height(), labels.width()) {
        return Ok(());
    }
    Err(Error::Invalid(format!(
        "{operation}: the image has {height} x {width} pixels and the label map {} x {}; bring both to one size, for example with \
         `labels.resized({height}, {width})`",
        labels.height(),
        labels.width()
    )))
}

/// Draws the pixels of an object that are beside another object, the background or the edge of the image, in the colour that
/// `colour_of` gives to the object's number.
pub fn draw_outlines(
    tile: &mut Tile,
    labels: &LabelMap,
    colour_of: impl Fn(u32) -> Option<[u8; 3]>,
) {
    let places = labels.labels().iter().zip(label_outline(labels));
    for (pixel, (&label, is_on_outline)) in tile.pixels.iter_mut().zip(places) {
        if is_on_outline && let Some(colour) = colour_of(label) {
            *pixel = colour;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::{DType, Device};

    #[test]
    fn outlines_lie_inside_objects_where_something_else_begins() {
        let image = Tensor::zeros((1, 5, 5), DType::F32, &Device::Cpu).unwrap();
        let mut tile = Tile::new("test", &image, String::new()).unwrap();
        let mut numbers = vec![3; 25];
        numbers[24] = 0;
        numbers[0] = 4;
        let labels = LabelMap::new(5, 5, numbers).unwrap();
        draw_outlines(&mut tile, &labels, |label| (label == 3).then_some([255; 3]));
        let drawn: Vec<usize> = (0..25).filter(|&at| tile.pixels[at] == [255; 3]).collect();
        // All but the two that are no object 3, and those with no other neighbour.
        assert_eq!(drawn.len(), 25 - 2 - 9);
        let other = LabelMap::new(5, 4, vec![0; 20]).unwrap();
        let error = check_same_size("test", &image, &other).unwrap_err();
        assert!(
            error.to_string().contains("labels.resized(5, 5)"),
            "{error}"
        );
    }
}
