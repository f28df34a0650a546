//! Shapes in images: what is connected, how far it is from the edge, and where two things meet.

mod border_weights;
mod boundary_classes;
mod distance_map;
#[cfg(test)]
mod drawn;
mod edge_distances;
mod instance_targets;
mod label_map;
mod nearest_objects;
mod squared_distances;
mod star_distances;

pub use border_weights::border_weights;
pub use boundary_classes::{boundary_classes, touching_classes};
pub use distance_map::distance_map;
pub use instance_targets::instance_targets;
pub use label_map::LabelMap;
pub use star_distances::star_distances;
