//! Shapes in images: what is connected, how far it is from the edge, and where two things meet.

mod label_map;

pub use label_map::LabelMap;
