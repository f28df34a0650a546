//! Label maps as tiles, and images below them.

use super::canvas::SCALE;
use super::tiles::{LARGE_TILE, Tile};
use crate::morph::{LabelMap, neighbor_colors};
use crate::{Error, Result, Tensor};

/// Okabe and Ito's palette (2008) on a dark ground, where it needs white in place of black, and a lighter blue.
const COLOURS: [[u8; 3]; 7] = [
    [230, 159, 0],
    [86, 180, 233],
    [0, 158, 115],
    [240, 228, 66],
    [70, 110, 240],
    [213, 94, 0],
    [204, 121, 167],
];

/// An image and what lies on it, at the size at which they are drawn.
pub(super) struct Ground {
    pub tile: Tile,
    size: (usize, usize),
}

impl Ground {
    /// From an image (1, H, W) or (3, H, W) for `operation`, with label maps of the same size.
    pub fn new(operation: &str, image: &Tensor, labels: &[&LabelMap]) -> Result<Self> {
        let tile = Tile::new(operation, image, String::new())?;
        let fits =
            |labels: &&LabelMap| (labels.height(), labels.width()) == (tile.height, tile.width);
        if let Some(labels) = labels.iter().find(|labels| !fits(labels)) {
            return Err(Error::Invalid(format!(
                "{operation}: the image has {} x {} pixels, but the label map {} x {}; bring it to that size with \
                 `labels.resized({0}, {1})`",
                tile.height,
                tile.width,
                labels.height(),
                labels.width()
            )));
        }
        let size = drawn_size(tile.height, tile.width);
        Ok(Ground {
            tile: shrunk(tile, size),
            size,
        })
    }

    /// A label map at the size at which it is drawn.
    pub fn labels(&self, labels: &LabelMap) -> LabelMap {
        labels.resized(self.size.0, self.size.1)
    }
}

/// Height and width at which an image is drawn: no larger than the picture, in which thin outlines would otherwise have gaps.
pub(super) fn drawn_size(height: usize, width: usize) -> (usize, usize) {
    let most = (LARGE_TILE * SCALE) as usize;
    let longest = height.max(width);
    match longest > most {
        true => (
            (height * most / longest).max(1),
            (width * most / longest).max(1),
        ),
        false => (height, width),
    }
}

/// Takes the nearest pixels, as `LabelMap::resized` does.
fn shrunk(tile: Tile, (height, width): (usize, usize)) -> Tile {
    let nearest = |place: usize, new: usize, old: usize| (2 * place + 1) * old / (2 * new);
    let pixels = (0..height).flat_map(|y| (0..width).map(move |x| (y, x)));
    let pixels = pixels.map(|(y, x)| {
        let y = nearest(y, height, tile.height);
        tile.pixels[y * tile.width + nearest(x, width, tile.width)]
    });
    Tile {
        width,
        height,
        pixels: pixels.collect(),
        title: tile.title.clone(),
    }
}

/// The colour of each pixel's object, none for the background. Neighbours have different ones.
pub(super) fn object_colours(labels: &LabelMap) -> Vec<Option<[u8; 3]>> {
    let colours = neighbor_colors(labels);
    let colour = |id: &u32| Some(COLOURS[colours.get(id)? % COLOURS.len()]);
    labels.labels().iter().map(colour).collect()
}

/// A share `opacity` of `above`, and the rest of `below`.
pub(super) fn blended(below: [u8; 3], above: [u8; 3], opacity: f64) -> [u8; 3] {
    std::array::from_fn(|part| {
        let (below, above) = (f64::from(below[part]), f64::from(above[part]));
        (above * opacity + below * (1.0 - opacity)).round() as u8
    })
}

/// As in "1 object" and "2 objects".
pub(super) fn counted(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    }
}
