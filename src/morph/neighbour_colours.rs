//! Few colours for many objects.

use super::frame::Frame;
use super::{Connectivity, LabelMap, expand_labels};
use crate::Result;
use std::collections::{BTreeMap, BTreeSet};

/// Objects with up to this many pixels between them should differ, too: the eye takes them together.
const NEAR: f64 = 3.0;

/// A colour for each object, as a number from 0, such that objects that touch or nearly touch have different ones.
///
/// It needs few: usually 4 or 5, however many objects there are. Objects get the first colour that no neighbour has; those with
/// few neighbours come last, because they can wait (smallest-last order, Matula & Beck, "Smallest-Last Ordering and Clustering
/// and Graph Coloring Algorithms", Journal of the ACM 1983).
///
/// ```
/// use eosin::morph::{LabelMap, neighbour_colours};
/// let labels = LabelMap::new(1, 9, vec![3, 3, 8, 0, 0, 0, 0, 0, 5])?;
/// let colours = neighbour_colours(&labels)?;
/// assert_ne!(colours[&3], colours[&8]);
/// assert!(colours.values().all(|&colour| colour < 2));
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When there is no memory for it.
pub fn neighbour_colours(labels: &LabelMap) -> Result<BTreeMap<u32, usize>> {
    let neighbours = neighbours(labels)?;
    let mut colours = BTreeMap::new();
    for object in smallest_last(&neighbours) {
        let used: BTreeSet<usize> = neighbours[&object]
            .iter()
            .filter_map(|other| colours.get(other).copied())
            .collect();
        let free = (0..).find(|colour| !used.contains(colour));
        colours.insert(object, free.unwrap_or(used.len()));
    }
    Ok(colours)
}

/// The objects near each object: those that meet it if all grow by half the distance.
fn neighbours(labels: &LabelMap) -> Result<BTreeMap<u32, BTreeSet<u32>>> {
    let mut neighbours: BTreeMap<u32, BTreeSet<u32>> = labels
        .ids()
        .into_iter()
        .map(|id| (id, BTreeSet::new()))
        .collect();
    let frame = Frame::around((labels.height(), labels.width()));
    let grown = frame.put(expand_labels(labels, NEAR / 2.0)?.labels(), 0);
    let offsets = frame.neighbours(Connectivity::Eight);
    for pixel in frame.places().filter(|&pixel| grown[pixel] != 0) {
        for &offset in &offsets {
            let other = grown[pixel.wrapping_add_signed(offset)];
            if other != 0 && other != grown[pixel] {
                neighbours.entry(grown[pixel]).or_default().insert(other);
            }
        }
    }
    Ok(neighbours)
}

/// Takes away the object with the fewest neighbours left, again and again; the one taken first comes last.
fn smallest_last(neighbours: &BTreeMap<u32, BTreeSet<u32>>) -> Vec<u32> {
    let mut left: BTreeMap<u32, usize> = neighbours
        .iter()
        .map(|(&id, others)| (id, others.len()))
        .collect();
    let mut fewest: BTreeSet<(usize, u32)> = left.iter().map(|(&id, &count)| (count, id)).collect();
    let mut order = Vec::new();
    while let Some((_, object)) = fewest.pop_first() {
        left.remove(&object);
        order.push(object);
        for other in &neighbours[&object] {
            if let Some(count) = left.get_mut(other) {
                fewest.remove(&(*count, *other));
                *count -= 1;
                fewest.insert((*count, *other));
            }
        }
    }
    order.reverse();
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_differ_and_many_objects_need_few_colours() {
        // Bricks of 3 x 5 pixels, every second row of them moved by half a brick: each touches six others.
        let brick = |row: usize, column: usize| {
            let moved = column + if (row / 3).is_multiple_of(2) { 0 } else { 2 };
            (row / 3 * 20 + moved / 5 + 1) as u32
        };
        let pixels = (0..60).flat_map(|row| (0..60).map(move |column| brick(row, column)));
        let labels = LabelMap::new(60, 60, pixels.collect()).unwrap();
        let colours = neighbour_colours(&labels).unwrap();
        assert_eq!(colours.len(), labels.count());
        assert!(colours.values().all(|&colour| colour < 4), "{colours:?}");
        for row in 1..60 {
            for column in 1..60 {
                let here = labels.at(row, column);
                for other in [
                    labels.at(row - 1, column),
                    labels.at(row, column - 1),
                    labels.at(row - 1, column - 1),
                ] {
                    assert!(
                        here == other || colours[&here] != colours[&other],
                        "{here} and {other}"
                    );
                }
            }
        }
    }
}
