//! Colours for objects, so that neighbours differ.

use super::LabelMap;
use std::collections::{BTreeMap, BTreeSet};

/// How many colours [`neighbor_colors`] uses, as long as objects lie side by side as on a map.
pub const NEIGHBOR_COLORS: usize = 7;

/// Objects with at most this many pixels between them are neighbours, too: the eye takes them together.
const GAP: usize = 2;

/// For each object's number, the number of a colour from 0, so that objects that touch, or nearly do, have different ones.
///
/// Objects on a plane need [`NEIGHBOR_COLORS`] at most; only a map of scattered pixels, which are all neighbours of each other,
/// takes more. The method is that of Matula and Beck (1983, "Smallest-last ordering and clustering and graph coloring algorithms"):
/// take away the object with the fewest neighbours, until none is left, then put them back in the opposite order. Each then meets
/// few neighbours that have a colour already.
///
/// ```
/// use eosin::morph::{LabelMap, neighbor_colors};
/// let colors = neighbor_colors(&LabelMap::new(1, 6, vec![4, 4, 9, 9, 4, 2])?);
/// assert_eq!(colors.len(), 3);
/// assert!(colors[&4] != colors[&9] && colors[&4] != colors[&2]);
/// # Ok::<(), eosin::Error>(())
/// ```
pub fn neighbor_colors(labels: &LabelMap) -> BTreeMap<u32, usize> {
    let neighbors = neighbors(labels);
    let ids: Vec<u32> = neighbors.keys().copied().collect();
    let mut colors = BTreeMap::new();
    for id in smallest_last(&neighbors) {
        let taken: BTreeSet<usize> = (neighbors[&id].iter())
            .filter_map(|neighbor| colors.get(neighbor).copied())
            .collect();
        // Each object begins its search at another colour, so that a picture is not mostly of the first one.
        let first = ids.binary_search(&id).unwrap_or_default();
        let choices = (0..NEIGHBOR_COLORS).map(|step| (first + step) % NEIGHBOR_COLORS);
        let color = choices
            .chain(NEIGHBOR_COLORS..)
            .find(|color| !taken.contains(color));
        colors.insert(id, color.unwrap_or_default());
    }
    colors
}

/// For each object's number, those of its neighbours.
fn neighbors(labels: &LabelMap) -> BTreeMap<u32, BTreeSet<u32>> {
    const REACH: usize = GAP + 1;
    let (height, width) = (labels.height(), labels.width());
    let mut neighbors: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
    for y in 0..height {
        for x in 0..width {
            let id = labels.at(y, x);
            if id == 0 {
                continue;
            }
            // An object without neighbours is one, too.
            if x == 0 || labels.at(y, x - 1) != id {
                neighbors.entry(id).or_default();
            }
            // Half of the surroundings: the other half finds the same pairs from the other side.
            for row in y..(y + REACH + 1).min(height) {
                let left = if row == y { x } else { x.saturating_sub(REACH) };
                for column in left..(x + REACH + 1).min(width) {
                    let other = labels.at(row, column);
                    if other != 0 && other != id {
                        neighbors.entry(id).or_default().insert(other);
                        neighbors.entry(other).or_default().insert(id);
                    }
                }
            }
        }
    }
    neighbors
}

/// All objects, the one that was taken away last first.
fn smallest_last(neighbors: &BTreeMap<u32, BTreeSet<u32>>) -> Vec<u32> {
    let mut degrees: BTreeMap<u32, usize> = (neighbors.iter())
        .map(|(&id, neighbors)| (id, neighbors.len()))
        .collect();
    let mut by_degree: BTreeSet<(usize, u32)> =
        degrees.iter().map(|(&id, &degree)| (degree, id)).collect();
    let mut order = Vec::new();
    while let Some((_, id)) = by_degree.pop_first() {
        degrees.remove(&id);
        order.push(id);
        for neighbor in &neighbors[&id] {
            if let Some(degree) = degrees.get_mut(neighbor) {
                by_degree.remove(&(*degree, *neighbor));
                *degree -= 1;
                by_degree.insert((*degree, *neighbor));
            }
        }
    }
    order.reverse();
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn neighbours_differ_also_across_a_small_gap_and_seven_colours_are_enough_for_any_tissue() {
        // The cells of random points: as dense as nuclei can be.
        let mut random = ChaCha8Rng::seed_from_u64(3);
        let points: Vec<(f64, f64)> = (0..80)
            .map(|_| {
                (
                    random.random_range(0.0..96.0),
                    random.random_range(0.0..96.0),
                )
            })
            .collect();
        let cell = |at: usize| {
            let (y, x) = ((at / 96) as f64, (at % 96) as f64);
            let distances = (1..).zip(points.iter().map(|point| (point.0 - y).hypot(point.1 - x)));
            let nearest = distances.min_by(|one, other| one.1.total_cmp(&other.1));
            nearest.map_or(0, |(id, _)| id)
        };
        let labels = LabelMap::new(96, 96, (0..96 * 96).map(cell).collect()).unwrap();
        let colors = neighbor_colors(&labels);
        assert_eq!(colors.keys().copied().collect::<Vec<u32>>(), labels.ids());
        for y in 0..95 {
            for x in 0..95 {
                for other in [
                    labels.at(y + 1, x),
                    labels.at(y, x + 1),
                    labels.at(y + 1, x + 1),
                ] {
                    let id = labels.at(y, x);
                    assert!(id == other || colors[&id] != colors[&other]);
                }
            }
        }
        assert!(colors.values().all(|&color| color < NEIGHBOR_COLORS));
        let used: BTreeSet<usize> = colors.into_values().collect();
        assert!(used.len() >= 5, "{used:?}");
        let row = |labels: &[u32]| LabelMap::new(1, labels.len(), labels.to_vec()).unwrap();
        let across = neighbors(&row(&[1, 0, 0, 2, 0, 0, 0, 3]));
        assert_eq!(across[&1], BTreeSet::from([2]));
        assert!(across[&3].is_empty());
        assert!(neighbor_colors(&row(&[])).is_empty());
    }
}
