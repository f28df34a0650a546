//! Images that the computer draws: for lessons without data, and for tests.

pub(super) mod chests;
pub(super) mod digits;
mod nuclei;

pub use nuclei::{Picture, picture};
