//! What the images of each group look like.

use super::Figure;
use super::tiles::{Legend, Tile, draw_tiles};
use crate::data::Dataset;
use crate::{Error, Result};
use std::collections::BTreeMap;

/// Draws a row of up to `columns` images for each group, spread evenly over its members. `groups` has the group of each image; above
/// each row stands which it is, and how many images it has. Values must be in `0..=1`; others are clipped.
///
/// ```
/// use eosin::prelude::*;
/// let nuclei = Nuclei::synthetic(20, 42, &data::nuclei::Options::new(32));
/// plot::groups(&nuclei, nuclei.kinds(2, 1)?.groups(), 4)?;
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When there is not a group for each image, or the tiles are none or more than 400.
pub fn groups(images: &impl Dataset, groups: &[usize], columns: usize) -> Result<Figure> {
    if groups.len() != images.len() {
        return Err(Error::Invalid(format!(
            "groups: there are {} groups for {} images; give the group of each image",
            groups.len(),
            images.len()
        )));
    }
    let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (index, &group) in groups.iter().enumerate() {
        members.entry(group).or_default().push(index);
    }
    let mut tiles = Vec::new();
    for (group, members) in &members {
        let shown = members.len().min(columns);
        for place in 0..columns {
            let title = match place {
                0 => format!("{group}: {} images", members.len()),
                _ => String::new(),
            };
            tiles.push(match place < shown {
                true => {
                    let (image, _) = images.get(members[place * members.len() / shown])?;
                    Tile::new("groups", &image, title)?
                }
                false => empty(),
            });
        }
    }
    let counts: Vec<String> = members
        .iter()
        .map(|(group, members)| format!("group {group} with {} images", members.len()))
        .collect();
    let description = format!("examples of {}", counts.join(", "));
    draw_tiles(&tiles, columns, Legend::Nothing, description)
}

/// What fills the row of a small group.
fn empty() -> Tile {
    Tile {
        width: 1,
        height: 1,
        pixels: vec![[255; 3]],
        title: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::GreyImages;

    #[test]
    fn each_group_has_a_row_and_a_group_for_each_image_is_needed() {
        let images = GreyImages::new((2, 2), vec![0; 20], vec![0; 5]).unwrap();
        let figure = groups(&images, &[1, 0, 0, 0, 0], 3).unwrap();
        let text = format!("{figure:?}");
        assert!(
            text.contains("group 0 with 4 images, group 1 with 1 images"),
            "{text}"
        );
        let message = groups(&images, &[1], 3).unwrap_err().to_string();
        assert!(message.contains("1 groups for 5 images"), "{message}");
    }
}
