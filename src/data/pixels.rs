//! The pixels of an image in memory, with all levels that its file has.

use image::imageops::{FilterType, resize};
use image::{DynamicImage, ImageBuffer, Luma, Primitive, Rgb};

/// An RGB image, channel by channel and row by row. Most files have 256 levels: bytes take a quarter of the memory of f32.
pub(super) enum Pixels {
    Bytes(Vec<u8>),
    /// 65536 levels.
    Words(Vec<u16>),
}

impl Pixels {
    /// The colours of an image without its transparency, in its own size or resized to `side` x `side` pixels. A grey image gets
    /// three equal channels; see [`fill_range`] for the levels of 16-bit grey.
    pub fn new(image: DynamicImage, side: Option<u32>) -> Self {
        match image {
            DynamicImage::ImageLuma16(_) | DynamicImage::ImageLumaA16(_) => {
                let mut grey = image.into_luma16();
                fill_range(&mut grey);
                let rgb = DynamicImage::from(grey).into_rgb16();
                Pixels::Words(by_channel(rgb, side))
            }
            DynamicImage::ImageRgb16(_) | DynamicImage::ImageRgba16(_) => {
                Pixels::Words(by_channel(image.into_rgb16(), side))
            }
            _ => Pixels::Bytes(by_channel(image.into_rgb8(), side)),
        }
    }

    /// One channel if all three are equal, as those of a grey image are, and otherwise all three.
    pub fn without_equal_channels(self) -> Self {
        fn first_if_equal<T: PartialEq>(mut levels: Vec<T>) -> Vec<T> {
            let size = levels.len() / 3;
            let (first, others) = levels.split_at(size);
            if others.chunks_exact(size.max(1)).all(|other| other == first) {
                levels.truncate(size);
                levels.shrink_to_fit();
            }
            levels
        }
        match self {
            Pixels::Bytes(bytes) => Pixels::Bytes(first_if_equal(bytes)),
            Pixels::Words(words) => Pixels::Words(first_if_equal(words)),
        }
    }

    /// The values in `0..=1`.
    pub fn values(&self) -> Vec<f32> {
        match self {
            Pixels::Bytes(bytes) => bytes.iter().copied().map(byte_value).collect(),
            Pixels::Words(words) => words.iter().copied().map(word_value).collect(),
        }
    }
}

/// One of 256 levels as a number in `0..=1`.
pub(super) fn byte_value(byte: u8) -> f32 {
    const BYTE: f32 = 1.0 / 255.0;
    f32::from(byte) * BYTE
}

/// One of 65536 levels as a number in `0..=1`.
pub(super) fn word_value(word: u16) -> f32 {
    const WORD: f32 = 1.0 / 65535.0;
    f32::from(word) * WORD
}

/// Stretches grey levels so that white is the largest number of the camera's bits: 8, 10, 12, 14 or 16, the fewest that hold the
/// image's brightest pixel.
///
/// Cameras and scanners write 12 bits, say, into files of 16. Divided by 65535, such an image would be almost black. Divided by its
/// own brightest pixel, every image would have a contrast of its own, and you could no longer compare their brightness. The number
/// of bits is the same for nearly all images of one camera. Colour images of 16 bits are not stretched: programs make them, and
/// use all levels.
fn fill_range(grey: &mut ImageBuffer<Luma<u16>, Vec<u16>>) {
    let white = white(grey.iter().copied().max().unwrap_or(0));
    stretch(grey, white);
}

/// The largest number of a camera's bits, of which the brightest pixel is this one; see [`fill_range`].
pub(super) fn white(brightest: u16) -> u16 {
    [8, 10, 12, 14]
        .map(|bits| (1u16 << bits) - 1)
        .into_iter()
        .find(|&white| brightest <= white)
        .unwrap_or(u16::MAX)
}

/// Stretches levels of at most `white` so that `white` becomes 65535.
pub(super) fn stretch(levels: &mut [u16], white: u16) {
    let (white, full) = (u32::from(white), u32::from(u16::MAX));
    for level in levels {
        // Rounded; at most `full`, since no level is above `white`.
        *level = ((u32::from(*level) * full + white / 2) / white) as u16;
    }
}

fn by_channel<T: Primitive + 'static>(
    image: ImageBuffer<Rgb<T>, Vec<T>>,
    side: Option<u32>,
) -> Vec<T>
where
    Rgb<T>: image::Pixel<Subpixel = T>,
{
    let image = match side {
        Some(side) => resize(&image, side, side, FilterType::Triangle),
        None => image,
    };
    (0..3)
        .flat_map(|channel| image.pixels().map(move |pixel| pixel.0[channel]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The values of a grey image of 16 bits, one channel.
    fn values(levels: &[u16]) -> Vec<f32> {
        let count = levels.len() as u32;
        let grey = ImageBuffer::<Luma<u16>, _>::from_raw(count, 1, levels.to_vec()).unwrap();
        let mut values = Pixels::new(grey.into(), None).values();
        values.truncate(levels.len());
        values
    }

    #[test]
    fn grey_levels_are_kept_and_white_is_the_largest_number_of_the_cameras_bits() {
        for white in [255u16, 1023, 4095, 16383, 65535] {
            let levels = [0, 1, 2, white / 3, white - 1, white];
            for (found, level) in values(&levels).iter().zip(levels) {
                let wanted = f32::from(level) / f32::from(white);
                assert!((found - wanted).abs() < 1e-5, "{level} of {white}: {found}");
            }
        }
        // 11 bits hold the brightest pixel, but the camera has 12.
        assert!((values(&[1500])[0] - 1500.0 / 4095.0).abs() < 1e-5);
        assert_eq!(values(&[0]), [0.0]);
    }

    #[test]
    fn colours_of_16_bits_keep_their_levels() {
        let image = ImageBuffer::from_pixel(1, 1, Rgb([1u16, 256, 300]));
        assert_eq!(
            Pixels::new(image.into(), None).values(),
            [1.0, 256.0, 300.0].map(|level: f32| level * (1.0 / 65535.0))
        );
    }
}
