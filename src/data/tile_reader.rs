//! Images that are larger than memory, read part by part.

mod area;
mod cache;
mod layout;
#[cfg(test)]
mod tests;

use super::decode::format;
use super::image_file::{unreadable, unusable};
use super::pixels::{byte_value, stretch, white, word_value};
use crate::display::interrupt::{Guard, interrupted};
use crate::{Error, Result, Tensor};
use area::Area;
use cache::{Cache, Levels};
use candle_core::Device;
use image::ImageFormat;
use layout::{Layout, explain};
use std::fmt::{Debug, Formatter};
use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::{Path, PathBuf};
use tiff::decoder::{Decoder, DecodingResult};

/// Reads parts of a TIFF image without the rest, such as a slide of a microscope that would not fit into memory.
///
/// A TIFF file stores an image in pieces: in tiles, or in strips as wide as the image. Only pieces with pixels that you ask for are
/// decoded, and those used last are kept, at most 256 MiB of them. Tiles are better: a strip is decoded whole, even if you need just
/// one of its pixels. `vips tiffsave in.tif out.tif --tile` makes tiles of strips, and a TIFF file of any other image.
///
/// ```
/// use eosin::prelude::*;
/// # let folder = tempfile::tempdir().unwrap();
/// # let path = folder.path().join("slide.tif");
/// # let mut file = tiff::encoder::TiffEncoder::new(std::fs::File::create(&path).unwrap()).unwrap();
/// # file.write_image::<tiff::encoder::colortype::Gray8>(60, 40, &[51; 2400]).unwrap();
/// let mut slide = data::TileReader::open(&path)?;
/// assert_eq!((slide.height(), slide.width()), (40, 60));
/// let (top, left, height, width) = (10, 20, 16, 16);
/// let tile = slide.read(top, left, height, width)?;
/// assert_eq!(tile.dims(), [3, 16, 16]);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// [`predict_bands`](crate::train::predict_bands()) runs a model over such an image.
pub struct TileReader {
    path: PathBuf,
    decoder: Decoder<BufReader<File>>,
    layout: Layout,
    cache: Cache,
    /// In grey images of 16 bits, the level that becomes 1.
    white: Option<u16>,
}

impl TileReader {
    /// Opens a TIFF file: grey, RGB, or RGB with transparency, which is left out, with 8 or 16 bits a channel.
    ///
    /// What is 1 in a grey image of 16 bits depends on its brightest pixel, as for [`load_image`](super::load_image). Such a file is
    /// therefore read once from end to end, one piece at a time.
    ///
    /// # Errors
    /// When the file cannot be read or is cut short, or you press stop. When it is of another format, or a TIFF file with several
    /// pages, a palette or other colours, a compression that is not supported, or pieces above 128 MiB. The error says how to convert
    /// it.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        const CACHE_BYTES: usize = 256 << 20;
        let path = path.as_ref();
        let mut file = File::open(path).map_err(|source| unreadable(path, source))?;
        let mut beginning = Vec::new();
        let length = (&mut file)
            .take(200)
            .read_to_end(&mut beginning)
            .and_then(|_| file.rewind())
            .and_then(|()| file.metadata())
            .map_err(|source| unreadable(path, source))?
            .len();
        match format(&beginning) {
            Ok(ImageFormat::Tiff) => {}
            Ok(other) => {
                return Err(unusable(
                    path,
                    format!(
                        "it is a {other:?} image, which can only be read whole; convert it to TIFF once, for example by \
                         `vips tiffsave in.{} out.tif --tile`, or read it by `data::load_image`",
                        other.extensions_str().first().unwrap_or(&"png")
                    ),
                ));
            }
            Err(reason) => return Err(unusable(path, reason)),
        }
        let mut decoder =
            Decoder::new(BufReader::new(file)).map_err(|error| unusable(path, explain(error)))?;
        let layout = Layout::of(&mut decoder, length).map_err(|reason| unusable(path, reason))?;
        let mut reader = TileReader {
            path: path.to_owned(),
            decoder,
            layout,
            cache: Cache::new(CACHE_BYTES),
            white: None,
        };
        match layout.is_deep_grey() {
            true => reader.white = Some(white(reader.brightest()?)),
            // Shows whether its compression is supported.
            false => drop(reader.decode(0)?),
        }
        Ok(reader)
    }

    /// How many bytes of decoded pieces are kept, by default 256 MiB. They should hold all pieces that a row of your tiles touches:
    /// for strips, that is the width of the image times the height of a tile and a strip.
    pub fn cache_bytes(mut self, bytes: usize) -> Self {
        self.cache = Cache::new(bytes);
        self
    }

    /// How many bytes of decoded pieces are kept now.
    pub fn held_bytes(&self) -> usize {
        self.cache.held()
    }

    /// Rows of pixels of the whole image.
    pub fn height(&self) -> usize {
        self.layout.height
    }

    /// Columns of pixels of the whole image.
    pub fn width(&self) -> usize {
        self.layout.width
    }

    /// The part of `height` x `width` pixels whose first pixel is in row `top` and column `left`: a tensor (3, `height`, `width`), f32 in
    /// `0..=1`, with the same values as if you had cut it from what [`load_image`](super::load_image) makes of the whole file.
    ///
    /// # Errors
    /// When the part is empty or goes beyond the image, or the file cannot be read.
    pub fn read(&mut self, top: usize, left: usize, height: usize, width: usize) -> Result<Tensor> {
        let fits = |start: usize, length: usize, side: usize| {
            length > 0 && start.checked_add(length).is_some_and(|end| end <= side)
        };
        if !fits(top, height, self.height()) || !fits(left, width, self.width()) {
            return Err(Error::Invalid(format!(
                "TileReader::read: {height} x {width} pixels from row {top} and column {left} are not a part of this image of {} x {} pixels",
                self.height(),
                self.width()
            )));
        }
        let area = Area {
            top,
            left,
            height,
            width,
        };
        let samples = self.layout.samples;
        let mut values = vec![0.0; 3 * height * width];
        for (number, piece) in self.layout.pieces_in(area) {
            let levels = match self.cache.take(number) {
                Some(levels) => levels,
                None => self.decode(number)?,
            };
            match &levels {
                Levels::Bytes(bytes) => paste(&mut values, area, bytes, piece, samples, byte_value),
                Levels::Words(words) => paste(&mut values, area, words, piece, samples, word_value),
            }
            self.cache.keep(number, levels);
        }
        Tensor::from_vec(values, (3, height, width), &Device::Cpu)
    }

    /// Decodes a piece; [`Layout::pieces_in`] tells their numbers.
    fn decode(&mut self, number: usize) -> Result<Levels> {
        let levels = match self.decoder.read_chunk(number as u32) {
            Ok(DecodingResult::U8(bytes)) => Ok(Levels::Bytes(bytes)),
            Ok(DecodingResult::U16(mut words)) => {
                if let Some(white) = self.white {
                    stretch(&mut words, white);
                }
                Ok(Levels::Words(words))
            }
            Ok(_) => Err("it does not have 8 or 16 bits a channel".to_owned()),
            Err(error) => Err(explain(error)),
        };
        levels.map_err(|reason| unusable(&self.path, reason))
    }

    /// The largest level of the image.
    fn brightest(&mut self) -> Result<u16> {
        let _guard = Guard::new();
        let mut brightest = 0;
        for number in 0..self.layout.pieces() {
            if interrupted() {
                return Err(Error::Invalid(format!(
                    "TileReader::open: it was interrupted while it looked for the brightest pixel of {}",
                    self.path.display()
                )));
            }
            if let Levels::Words(words) = self.decode(number)? {
                brightest = words.into_iter().fold(brightest, u16::max);
            }
        }
        Ok(brightest)
    }
}

impl Debug for TileReader {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "TileReader({}, {} x {} pixels)",
            self.path.display(),
            self.height(),
            self.width()
        )
    }
}

/// Writes what a piece and an area have in common into the values of the area, channel by channel. `levels` are those of the piece, and
/// `value` makes a number in `0..=1` of each. Grey goes into all three channels.
fn paste<T: Copy>(
    values: &mut [f32],
    area: Area,
    levels: &[T],
    piece: Area,
    samples: usize,
    value: fn(T) -> f32,
) {
    let common = area.common(&piece);
    for channel in 0..3 {
        let sample = channel.min(samples - 1);
        for row in common.top..common.bottom() {
            let from = (row - piece.top) * piece.width + common.left - piece.left;
            let to =
                (channel * area.height + row - area.top) * area.width + common.left - area.left;
            let pixels = levels[from * samples..].chunks_exact(samples);
            for (into, pixel) in values[to..to + common.width].iter_mut().zip(pixels) {
                *into = value(pixel[sample]);
            }
        }
    }
}
