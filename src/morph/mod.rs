//! Shapes in images: what is connected, how far it is from the edge, and where two things meet.

mod label_map;
mod neighbor_colors;

pub use label_map::LabelMap;
pub use neighbor_colors::{NEIGHBOR_COLORS, neighbor_colors};
