//! Data sets, one file each, their augmentation, and the loader that makes batches of them.

mod archive;
mod augmentation;
mod batches;
mod dataset;
mod decode;
pub mod download;
mod duplicates;
mod folder;
mod grey_images;
mod image_file;
mod image_shape;
mod k_means;
mod listing;
mod loader;
mod map_target;
mod marker;
pub mod medmnist;
pub mod mnist;
mod normalize;
mod npy;
pub mod nuclei;
mod patches;
mod permuted;
mod pixels;
pub mod pneumonia;
mod reads;
pub mod rle;
mod split;
mod split_by_group;
mod split_stratified;
pub mod submission;
pub mod synthetic;
mod tile_reader;
mod transfer;

pub use augmentation::{
    Augment, Change, CoarseDropout, ColorJitter, ElasticTransform, GaussianBlur, GaussianNoise,
    Places, RandomAffine, RandomBrightness, RandomContrast, RandomCrop, RandomGamma,
    RandomHorizontalFlip, RandomResizedCrop, RandomRotate90, RandomRotation, RandomVerticalFlip,
    Transform,
};
pub use batches::{BatchIterator, Batches};
pub use dataset::Dataset;
pub use duplicates::{Duplicate, duplicates};
pub use folder::{DATA_VARIABLE, users_folder};
pub use grey_images::GreyImages;
pub use image_file::{load_image, save_image};
pub(crate) use image_shape::image_shape;
pub use loader::DataLoader;
pub use map_target::MapTarget;
pub use marker::Marker;
pub use medmnist::{MedImages, MedMnist};
pub use mnist::Mnist;
pub use normalize::Normalize;
pub use nuclei::Nuclei;
pub use patches::{Centre, Patches};
pub use permuted::Permuted;
pub use pneumonia::Pneumonia;
pub use reads::Reads;
// What a transform of your own draws from.
pub use rand::Rng;
pub use rand_chacha::ChaCha8Rng;
pub use split::{Split, Subset, split};
pub use split_by_group::split_by_group;
pub use split_stratified::split_stratified;
pub use submission::Submission;
pub use tile_reader::TileReader;
