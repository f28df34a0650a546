//! Where objects lie and how large they are.

use super::LabelMap;
use std::collections::BTreeMap;

/// What [`region_properties`] measures of an object.
#[derive(Debug, Clone, PartialEq)]
pub struct Region {
    /// Its number in the label map.
    pub id: u32,
    /// How many pixels it has.
    pub area: usize,
    /// The mean row and the mean column of its pixels.
    pub centroid: (f64, f64),
    /// Its first row and column, and the row and column after its last ones: (top, left, bottom, right).
    pub bounding_box: (usize, usize, usize, usize),
}

impl Region {
    /// The radius, in pixels, of a disc with this area: half of scikit-image's `equivalent_diameter_area`.
    pub fn equivalent_radius(&self) -> f64 {
        (self.area as f64 / std::f64::consts::PI).sqrt()
    }
}

/// Area, centroid and bounding box of every object, in the order of the numbers, as `skimage.measure.regionprops` gives them.
///
/// ```
/// use eosin::morph::{LabelMap, region_properties};
/// let labels = LabelMap::new(2, 3, vec![0, 7, 7, 0, 7, 7])?;
/// let regions = region_properties(&labels);
/// assert_eq!((regions[0].id, regions[0].area), (7, 4));
/// assert_eq!(regions[0].centroid, (0.5, 1.5));
/// assert_eq!(regions[0].bounding_box, (0, 1, 2, 3));
/// # Ok::<(), eosin::Error>(())
/// ```
pub fn region_properties(labels: &LabelMap) -> Vec<Region> {
    let mut regions = BTreeMap::new();
    for (row, numbers) in labels.labels().chunks(labels.width().max(1)).enumerate() {
        let mut column = 0;
        // Objects are long runs of equal pixels, so that few searches are needed.
        for run in numbers.chunk_by(PartialEq::eq) {
            let end = column + run.len();
            if run[0] != 0 {
                let sums = regions
                    .entry(run[0])
                    .or_insert_with(|| Sums::starting_at(row, column));
                sums.add(row, column, end);
            }
            column = end;
        }
    }
    regions
        .into_iter()
        .map(|(id, sums)| sums.region(id))
        .collect()
}

/// What is known of an object whose pixels are not all counted yet.
struct Sums {
    area: usize,
    rows: usize,
    /// Twice the sum of columns, which is a whole number also for the middle of a run.
    twice_columns: usize,
    bounding_box: (usize, usize, usize, usize),
}

impl Sums {
    fn starting_at(row: usize, column: usize) -> Self {
        Sums {
            area: 0,
            rows: 0,
            twice_columns: 0,
            bounding_box: (row, column, row, column),
        }
    }

    /// The pixels of a row from column `start` to before column `end`.
    fn add(&mut self, row: usize, start: usize, end: usize) {
        let length = end - start;
        self.area += length;
        self.rows += row * length;
        self.twice_columns += (start + end - 1) * length;
        let (top, left, _, right) = self.bounding_box;
        self.bounding_box = (top, left.min(start), row + 1, right.max(end));
    }

    fn region(self, id: u32) -> Region {
        let area = self.area as f64;
        Region {
            id,
            area: self.area,
            centroid: (
                self.rows as f64 / area,
                self.twice_columns as f64 / 2.0 / area,
            ),
            bounding_box: self.bounding_box,
        }
    }
}
