//! Shapes in images: what is connected, how far it is from the edge, and where two things meet.
//!
//! A mask is a tensor (H, W) or (1, H, W) in which whatever is not 0 belongs to an object; a [`LabelMap`] tells objects apart.
//! Names and results are those of scikit-image and SciPy. The functions compute in f32, on the CPU.
//!
//! All of this is the crate's own: `imageproc` would give components and distances, but neither `h_maxima` nor a watershed from
//! markers, and brings a dozen further crates. None that we found has the order among ties that makes results those of
//! scikit-image.

mod border_weights;
mod boundaries;
mod boundary_classes;
mod connectivity;
mod distance_map;
mod distance_transform;
#[cfg(test)]
mod drawn;
mod edge_distances;
mod erosion;
mod expand_labels;
mod fill_holes;
mod frame;
mod h_maxima;
mod instance_targets;
mod label;
mod label_map;
mod local_maxima;
mod nearest;
mod nearest_objects;
mod neighbor_colors;
mod plane;
mod predicted_objects;
mod reconstruction;
mod region_properties;
mod remove_small_objects;
mod separate;
mod star_distances;
mod watershed;
mod window_maximum;

pub use border_weights::border_weights;
pub use boundaries::{Boundary, boundaries};
pub use boundary_classes::{boundary_classes, touching_classes};
pub use connectivity::Connectivity;
pub use distance_map::distance_map;
pub use distance_transform::distance_transform;
pub use erosion::{dilate, erode};
pub use expand_labels::expand_labels;
pub use fill_holes::{fill_holes, fill_object_holes};
pub use h_maxima::h_maxima;
pub use instance_targets::instance_targets;
pub use label::label;
pub use label_map::LabelMap;
pub use local_maxima::local_maxima;
pub use neighbor_colors::{NEIGHBOR_COLORS, neighbor_colors};
pub use predicted_objects::{Separation, predicted_objects};
pub use reconstruction::reconstruction;
pub use region_properties::{Region, region_properties};
pub use remove_small_objects::remove_small_objects;
pub use separate::separate;
pub use star_distances::star_distances;
pub use watershed::{watershed, watershed_with};
