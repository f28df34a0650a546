//! More images from the same ones: a cell has no top and no left, and a digit moved a little is the same digit.
//!
//! Some transforms move pixels, and a mask moves with its image. Others change the values of pixels, and a mask stays.

mod augment;
mod blur;
mod change;
mod coarse_dropout;
mod color_jitter;
mod elastic_transform;
mod gaussian_blur;
mod gaussian_noise;
mod places;
mod random_affine;
mod random_brightness;
mod random_contrast;
mod random_crop;
mod random_flip;
mod random_gamma;
mod random_resized_crop;
mod random_rotate90;
mod random_rotation;
mod setting;
#[cfg(test)]
mod tests;
mod values;

pub use augment::Augment;
pub use change::{Change, Transform};
pub use coarse_dropout::CoarseDropout;
pub use color_jitter::ColorJitter;
pub use elastic_transform::ElasticTransform;
pub use gaussian_blur::GaussianBlur;
pub use gaussian_noise::GaussianNoise;
pub use places::Places;
pub use random_affine::RandomAffine;
pub use random_brightness::RandomBrightness;
pub use random_contrast::RandomContrast;
pub use random_crop::RandomCrop;
pub use random_flip::{RandomHorizontalFlip, RandomVerticalFlip};
pub use random_gamma::RandomGamma;
pub use random_resized_crop::RandomResizedCrop;
pub use random_rotate90::RandomRotate90;
pub use random_rotation::RandomRotation;
