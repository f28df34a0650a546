//! The file of a challenge's answers: a row for each object, `ImageId,EncodedPixels`, as the 2018 Data Science Bowl takes it.

mod answers;
mod checked;
mod image_list;
mod problem;
mod rows;

pub use answers::Submission;
pub use checked::check;
pub use image_list::ImageSize;
pub use problem::Problem;

#[cfg(test)]
mod tests;
