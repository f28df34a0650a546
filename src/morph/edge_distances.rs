//! How far each pixel of an object is from the object's edge.

use super::LabelMap;
use super::distance_transform::distances;
use std::collections::BTreeMap;
use std::ops::Range;

/// For each pixel of an object, the distance to the nearest pixel that is not of the same object: of another one, or
/// background. It is 1 beside the edge, and infinite if the object fills the whole image; what is outside of the image does not
/// count, as nobody knows what is there. In the background it is 0.
pub(super) fn edge_distances(labels: &LabelMap) -> Vec<f32> {
    let mut all = vec![0.0; labels.labels().len()];
    for (object, window) in windows(labels) {
        let is_inside = |(row, column)| labels.at(row, column) == object;
        let inside: Vec<bool> = window.pixels().map(is_inside).collect();
        let distances = distances((window.rows.len(), window.columns.len()), &inside);
        for ((row, column), distance) in window.pixels().zip(distances) {
            if is_inside((row, column)) {
                all[row * labels.width() + column] = distance;
            }
        }
    }
    all
}

/// A rectangle of pixels.
struct Window {
    rows: Range<usize>,
    columns: Range<usize>,
}

impl Window {
    /// A pixel and its neighbours, without those outside of the image.
    fn around(row: usize, column: usize, labels: &LabelMap) -> Self {
        Window {
            rows: row.saturating_sub(1)..(row + 2).min(labels.height()),
            columns: column.saturating_sub(1)..(column + 2).min(labels.width()),
        }
    }

    fn grow(&mut self, other: Window) {
        let both = |first: &Range<usize>, second: Range<usize>| {
            first.start.min(second.start)..first.end.max(second.end)
        };
        self.rows = both(&self.rows, other.rows);
        self.columns = both(&self.columns, other.columns);
    }

    fn pixels(&self) -> impl Iterator<Item = (usize, usize)> {
        (self.rows.clone()).flat_map(|row| self.columns.clone().map(move |column| (row, column)))
    }
}

/// Of each object, by its number, the smallest rectangle around it and its neighbours: in it is the nearest pixel outside of
/// the object.
fn windows(labels: &LabelMap) -> BTreeMap<u32, Window> {
    let mut windows: BTreeMap<u32, Window> = BTreeMap::new();
    for (place, &label) in labels.labels().iter().enumerate() {
        if label != 0 {
            let around = Window::around(place / labels.width(), place % labels.width(), labels);
            match windows.get_mut(&label) {
                Some(window) => window.grow(around),
                None => drop(windows.insert(label, around)),
            }
        }
    }
    windows
}
