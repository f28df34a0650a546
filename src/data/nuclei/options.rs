//! What to read of the images, and what to keep.

/// How to read the images.
///
/// ```
/// use eosin::data::nuclei::Options;
/// let few_and_whole = Options::new(128).limit(20).originals();
/// assert!(few_and_whole.originals);
/// ```
#[derive(Debug, Clone)]
pub struct Options {
    /// Images are resized to this height and width; a U-Net needs a multiple of 16.
    pub size: usize,
    /// Read at most this many images, the first by name.
    pub limit: Option<usize>,
    /// Whether to keep the images and the numbers of their nuclei at their original size, too.
    pub originals: bool,
    /// Whether to read images that have no masks, too.
    pub unmasked: bool,
}

impl Options {
    /// Images are resized to `size` x `size` pixels; all are read, and the originals are not kept.
    pub fn new(size: usize) -> Self {
        Options {
            size,
            ..Options::default()
        }
    }

    /// Reads at most `count` images, the first by name.
    pub fn limit(mut self, count: usize) -> Self {
        self.limit = Some(count);
        self
    }

    /// Keeps the images and the numbers of their nuclei at their original size, too, which takes more memory:
    /// for the 664 images of the 2018 Data Science Bowl, 325 MB besides the 174 MB of images of 256 x 256 pixels.
    pub fn originals(mut self) -> Self {
        self.originals = true;
        self
    }

    /// Also reads images that have no masks, such as the test images of a challenge; otherwise they are left out.
    /// [`Nuclei::has_masks`](super::Nuclei::has_masks) tells them from images whose masks are empty.
    pub fn unmasked(mut self) -> Self {
        self.unmasked = true;
        self
    }
}

impl Default for Options {
    fn default() -> Self {
        Options {
            size: 256,
            limit: None,
            originals: false,
            unmasked: false,
        }
    }
}
