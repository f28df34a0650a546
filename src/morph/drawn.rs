//! Label maps to test with.

use super::LabelMap;

/// Discs of (row, column, radius), numbered from 1; later ones do not cover earlier ones.
pub fn discs(height: usize, width: usize, discs: &[(usize, usize, usize)]) -> LabelMap {
    let label = |place: usize| {
        let (row, column) = (place / width, place % width);
        let is_in = |&(of_row, of_column, radius): &(usize, usize, usize)| {
            row.abs_diff(of_row).pow(2) + column.abs_diff(of_column).pow(2) <= radius.pow(2)
        };
        discs
            .iter()
            .position(is_in)
            .map_or(0, |index| index as u32 + 1)
    };
    LabelMap::new(height, width, (0..height * width).map(label).collect()).unwrap()
}
