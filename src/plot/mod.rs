//! Pictures: curves, image grids, overlays.

mod canvas;
mod curves;
mod figure;
mod history_table;
mod image_grid;
mod live_curve;
mod loss_curves;
mod number_grid;
mod overlay;
mod point_clouds;
mod principal_components;

pub use curves::curves;
pub use figure::Figure;
pub use image_grid::image_grid;
pub use live_curve::LiveCurve;
pub use loss_curves::loss_curves;
pub use number_grid::number_grid;
pub use overlay::overlay_gallery;
pub use point_clouds::point_clouds;
