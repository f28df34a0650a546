//! A label map in colours.

use super::Figure;
use super::label_tile::{counted, drawn_size, object_colours};
use super::tiles::{LARGE_TILE, Legend, Tile, draw_tiles_of};
use crate::display::{Bundle, Show, show_result};
use crate::morph::LabelMap;
use crate::{Error, Result};

/// Draws each object in a colour of its own, on black. There are seven colours, so that objects far apart may share one; neighbours
/// never do.
///
/// ```
/// use eosin::{morph::LabelMap, plot};
/// let figure = plot::labels(&LabelMap::new(2, 3, vec![1, 0, 2, 1, 1, 2])?)?;
/// assert_eq!(format!("{figure:?}"), "2 objects, 2 x 3 pixels");
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the label map has no pixels.
pub fn labels(labels: &LabelMap) -> Result<Figure> {
    let (height, width) = (labels.height(), labels.width());
    if height * width == 0 {
        return Err(Error::Invalid(format!(
            "labels: there is nothing to draw: the label map has {height} x {width} pixels"
        )));
    }
    let description = format!(
        "{}, {height} x {width} pixels",
        counted(labels.count(), "object")
    );
    let tile = labels_tile(labels, String::new());
    draw_tiles_of(LARGE_TILE, &[tile], 1, Legend::Nothing, description)
}

/// The objects in colours, no larger than a picture shows.
pub(crate) fn labels_tile(labels: &LabelMap, title: String) -> Tile {
    let (height, width) = drawn_size(labels.height(), labels.width());
    let colours = object_colours(&labels.resized(height, width)).into_iter();
    Tile {
        width,
        height,
        pixels: colours.map(Option::unwrap_or_default).collect(),
        title,
    }
}

impl LabelMap {
    /// Shows the objects in colours as a cell's result; evcxr calls this.
    pub fn evcxr_display(&self) {
        show_result(self);
    }
}

impl Show for LabelMap {
    fn bundle(&self) -> Result<Bundle> {
        labels(self)?.bundle()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_object_has_a_colour_and_the_cell_shows_it_with_words() {
        let map = LabelMap::new(2, 4, vec![9, 0, 0, 0, 0, 0, 0, 3]).unwrap();
        let figure = labels(&map).unwrap();
        let pixels = image::load_from_memory(figure.png()).unwrap().to_rgb8();
        let colours: std::collections::BTreeSet<[u8; 3]> =
            object_colours(&map).into_iter().flatten().collect();
        assert_eq!(colours.len(), 2);
        for colour in colours {
            let count = pixels.pixels().filter(|pixel| pixel.0 == colour).count();
            // 640 x 320 pixels for eight squares.
            assert_eq!(count, 160 * 160);
        }
        let bundle = map.bundle().unwrap();
        assert_eq!(bundle.plain(), "2 objects, 2 x 4 pixels");
        assert!(bundle.data().contains_key("image/png"));
        let nothing = LabelMap::new(0, 4, Vec::new()).unwrap();
        assert!(labels(&nothing).unwrap_err().to_string().contains("0 x 4"));
    }

    #[test]
    fn a_large_map_is_drawn_at_the_pictures_size_and_counted_at_its_own() {
        // Lines that are thinner than a pixel of the picture.
        let line = |at: usize| {
            let column = (at % 1400) as u32;
            // Even columns are background.
            column * (column % 2)
        };
        let map = LabelMap::new(1000, 1400, (0..1_400_000).map(line).collect()).unwrap();
        let figure = labels(&map).unwrap();
        assert_eq!(format!("{figure:?}"), "700 objects, 1000 x 1400 pixels");
    }
}
