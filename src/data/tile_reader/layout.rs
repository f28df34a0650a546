//! How a TIFF file is laid out, and which files can be read piece by piece.

use super::area::Area;
use std::io::{Read, Seek};
use tiff::decoder::{ChunkType, Decoder};
use tiff::tags::{PhotometricInterpretation, Tag};
use tiff::{ColorType, TiffError, TiffUnsupportedError};

/// The size of an image, and of the pieces in which it is stored: tiles, or strips, which are as wide as the image.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layout {
    pub height: usize,
    pub width: usize,
    /// Pieces at the right and at the bottom may be smaller.
    pub piece_height: usize,
    pub piece_width: usize,
    /// Numbers a pixel: 1 for grey, 3 for RGB, and 4 with transparency.
    pub samples: usize,
    /// Bits a number: 8 or 16.
    pub bits: u8,
}

/// The most bytes of a piece. The decoder needs a whole one in memory.
const LARGEST_PIECE: usize = 128 << 20;

impl Layout {
    /// The layout of the image that `decoder` has opened, in a file of `length` bytes. The error is the reason why it cannot be read
    /// piece by piece, and what to do about it.
    pub fn of(decoder: &mut Decoder<impl Read + Seek>, length: u64) -> Result<Self, String> {
        if decoder.more_images() {
            return Err(
                "this TIFF file holds several pages; copy the page that you want into a file of its own, \
                 for example by `vips tiffsave 'in.tif[page=0]' out.tif --tile`"
                    .to_owned(),
            );
        }
        let colours = colours(decoder)?;
        refuse_other_numbers(decoder)?;
        let (width, height) = decoder.dimensions().map_err(explain)?;
        let (piece_width, piece_height) = decoder.chunk_dimensions();
        let layout = Layout {
            height: height as usize,
            width: width as usize,
            piece_height: piece_height.min(height) as usize,
            piece_width: piece_width.min(width) as usize,
            samples: usize::from(colours.num_samples()),
            bits: colours.bit_depth(),
        };
        layout.refuse_large_pieces()?;
        refuse_missing_pieces(decoder, length)?;
        Ok(layout)
    }

    pub fn is_deep_grey(&self) -> bool {
        self.samples == 1 && self.bits == 16
    }

    fn pieces_across(&self) -> usize {
        self.width.div_ceil(self.piece_width)
    }

    /// How many pieces there are.
    pub fn pieces(&self) -> usize {
        self.pieces_across() * self.height.div_ceil(self.piece_height)
    }

    /// The pieces, counted row by row, that have pixels of `area`, and the area of each.
    pub fn pieces_in(self, area: Area) -> impl Iterator<Item = (usize, Area)> {
        let rows = area.top / self.piece_height..area.bottom().div_ceil(self.piece_height);
        let columns = area.left / self.piece_width..area.right().div_ceil(self.piece_width);
        rows.flat_map(move |row| {
            columns.clone().map(move |column| {
                let (top, left) = (row * self.piece_height, column * self.piece_width);
                let piece = Area {
                    top,
                    left,
                    height: self.piece_height.min(self.height - top),
                    width: self.piece_width.min(self.width - left),
                };
                (row * self.pieces_across() + column, piece)
            })
        })
    }

    fn refuse_large_pieces(&self) -> Result<(), String> {
        let bytes = [self.piece_width, self.samples, usize::from(self.bits / 8)]
            .into_iter()
            .fold(self.piece_height, usize::saturating_mul);
        match bytes <= LARGEST_PIECE {
            true => Ok(()),
            false => Err(format!(
                "it is stored in pieces of {} x {} pixels, and they can only be read whole; store it in small tiles, \
                 for example by `vips tiffsave in.tif out.tif --tile`",
                self.piece_height, self.piece_width
            )),
        }
    }
}

/// Grey, RGB or RGBA with 8 or 16 bits.
fn colours(decoder: &mut Decoder<impl Read + Seek>) -> Result<ColorType, String> {
    const WAY_OUT: &str = "convert it to grey or RGB with 8 or 16 bits a channel, for example by \
                           `vips colourspace in.tif 'out.tif[tile]' srgb`";
    match decoder.colortype() {
        Ok(
            colours @ (ColorType::Gray(8 | 16) | ColorType::RGB(8 | 16) | ColorType::RGBA(8 | 16)),
        ) => Ok(colours),
        Ok(other) => Err(format!("its pixels are {other:?}; {WAY_OUT}")),
        Err(TiffError::UnsupportedError(TiffUnsupportedError::InterpretationWithBits(
            PhotometricInterpretation::RGBPalette,
            _,
        ))) => Err(format!(
            "its pixels are numbers of colours in a palette; {WAY_OUT}"
        )),
        Err(TiffError::UnsupportedError(reason)) => {
            Err(format!("its pixels cannot be read ({reason}); {WAY_OUT}"))
        }
        Err(error) => Err(explain(error)),
    }
}

/// Refuses numbers with a sign or a point, and pixels whose numbers do not lie side by side or in the usual direction.
fn refuse_other_numbers(decoder: &mut Decoder<impl Read + Seek>) -> Result<(), String> {
    const UNSIGNED: u16 = 1;
    let formats = decoder.find_tag_unsigned_vec::<u16>(Tag::SampleFormat);
    let formats = formats.map_err(explain)?.unwrap_or_default();
    if formats.iter().any(|&format| format != UNSIGNED) {
        return Err(
            "its values have a sign or a decimal point, and their range it does not say; save it with 8 or 16 bits a channel"
                .to_owned(),
        );
    }
    const APART: u16 = 2;
    let planes = decoder.find_tag_unsigned::<u16>(Tag::PlanarConfiguration);
    if planes.map_err(explain)? == Some(APART) {
        return Err(
            "it stores each channel by itself; put them together, for example by `vips tiffsave in.tif out.tif --tile`"
                .to_owned(),
        );
    }
    const UPRIGHT: u16 = 1;
    let orientation = decoder.find_tag_unsigned::<u16>(Tag::Orientation);
    match orientation.map_err(explain)? {
        Some(orientation @ 2..=8) => Err(format!(
            "it is stored turned or mirrored (orientation {orientation} instead of {UPRIGHT}); turn it upright, \
             for example by `vips autorot in.tif 'out.tif[tile]'`"
        )),
        _ => Ok(()),
    }
}

/// Compares where the pieces lie with the length of the file, lest a file that was cut short be noticed only after hours.
fn refuse_missing_pieces(
    decoder: &mut Decoder<impl Read + Seek>,
    length: u64,
) -> Result<(), String> {
    let (name, offsets, counts) = match decoder.get_chunk_type() {
        ChunkType::Strip => ("strip", Tag::StripOffsets, Tag::StripByteCounts),
        ChunkType::Tile => ("tile", Tag::TileOffsets, Tag::TileByteCounts),
    };
    let mut numbers = |tag| {
        let numbers = decoder.find_tag_unsigned_vec::<u64>(tag);
        numbers.map_err(explain).map(Option::unwrap_or_default)
    };
    let (offsets, counts) = (numbers(offsets)?, numbers(counts)?);
    for (number, (&offset, &count)) in offsets.iter().zip(&counts).enumerate() {
        let which = format_args!("{name} {} of {}", number + 1, offsets.len());
        if count == 0 {
            return Err(format!(
                "{which} is empty; write the file again, for example by `vips tiffsave in.tif out.tif --tile`"
            ));
        }
        if offset.saturating_add(count) > length {
            return Err(format!(
                "it is cut short: {which} would end at byte {}, but the file has {length}; copy or download it again",
                offset.saturating_add(count)
            ));
        }
    }
    Ok(())
}

/// An error of the decoder as the reason why a file cannot be read.
pub(super) fn explain(error: TiffError) -> String {
    const WAY_OUT: &str = "`vips tiffsave in.tif out.tif --tile --compression deflate`";
    match error {
        TiffError::UnsupportedError(TiffUnsupportedError::UnsupportedCompressionMethod(method)) => {
            format!(
                "its compression ({method:?}) cannot be read; compress it differently, for example by {WAY_OUT}"
            )
        }
        TiffError::UnsupportedError(reason) => format!(
            "this kind of TIFF file cannot be read ({reason}); write it differently, for example by {WAY_OUT}"
        ),
        error => format!("it is not a whole TIFF file ({error})"),
    }
}
