//! Shapes in images: what is connected, how far it is from the edge, and where two things meet.
//!
//! A mask is a tensor (H, W) or (1, H, W) in which whatever is not 0 belongs to an object; a [`LabelMap`] tells objects apart.
//! Names and results are those of scikit-image and SciPy. The functions compute in f32, on the CPU.
//!
//! All of this is the crate's own: `imageproc` would give components and distances, but neither `h_maxima` nor a watershed from
//! markers, and brings a dozen further crates. None that we found has the order among ties that makes results those of
//! scikit-image.

mod boundaries;
mod connectivity;
mod distance_transform;
mod erosion;
mod expand_labels;
mod fill_holes;
mod frame;
mod h_maxima;
mod label;
mod label_map;
mod local_maxima;
mod nearest;
mod neighbour_colours;
mod plane;
mod reconstruction;
mod region_properties;
mod remove_small_objects;
mod separate;
mod watershed;
mod window_maximum;

pub use boundaries::{Boundary, boundaries};
pub use connectivity::Connectivity;
pub use distance_transform::distance_transform;
pub use erosion::{dilate, erode};
pub use expand_labels::expand_labels;
pub use fill_holes::{fill_holes, fill_object_holes};
pub use h_maxima::h_maxima;
pub use label::label;
pub use label_map::LabelMap;
pub use local_maxima::local_maxima;
pub use neighbour_colours::neighbour_colours;
pub use reconstruction::reconstruction;
pub use region_properties::{Region, region_properties};
pub use remove_small_objects::remove_small_objects;
pub use separate::separate;
pub use watershed::{watershed, watershed_with};
