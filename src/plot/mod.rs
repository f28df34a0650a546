//! Pictures: curves, height maps, matrices, image grids, overlays.

mod canvas;
mod confusion_matrix;
mod curves;
mod figure;
mod height_map;
mod history_table;
mod image_grid;
mod live_curve;
mod loss_curves;
mod named;
mod number_grid;
mod overlay;
mod point_clouds;
mod principal_components;
mod range;
mod summary_table;
mod table;
mod tiles;

pub use confusion_matrix::confusion_matrix;
pub use curves::curves;
pub use figure::Figure;
pub use height_map::height_map;
pub use image_grid::{image_grid, image_grid_with_titles};
pub use live_curve::LiveCurve;
pub use loss_curves::loss_curves;
pub use number_grid::number_grid;
pub(crate) use number_grid::{Grid, draw_side_by_side};
pub use overlay::overlay_gallery;
pub use point_clouds::point_clouds;
