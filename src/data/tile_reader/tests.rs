//! Parts of files in strips and in tiles are what cutting the whole image gives.

use super::*;
use crate::data::load_image;
use tiff::encoder::colortype::{self, ColorType};
use tiff::encoder::{Compression, TiffEncoder, TiffValue};
use tiff::tags::Tag;

/// An uncompressed, tiled TIFF file, with the lowest byte first: one number of `bits` bits for each row, column and sample. Where a tile
/// goes beyond the image, it is filled with numbers that must not appear.
fn tiled(
    (height, width): (usize, usize),
    (tile_height, tile_width): (usize, usize),
    (samples, bits): (usize, u8),
    number: impl Fn(usize, usize, usize) -> u16,
) -> Vec<u8> {
    let (down, across) = (height.div_ceil(tile_height), width.div_ceil(tile_width));
    let tile_bytes = tile_height * tile_width * samples * usize::from(bits / 8);
    let mut file = b"II\x2a\0\0\0\0\0".to_vec();
    for tile in 0..down * across {
        for row in 0..tile_height {
            for column in 0..tile_width {
                for sample in 0..samples {
                    let (y, x) = (
                        tile / across * tile_height + row,
                        tile % across * tile_width + column,
                    );
                    let number = match y < height && x < width {
                        true => number(y, x, sample),
                        false => 0xeeee,
                    };
                    file.extend(&number.to_le_bytes()[..usize::from(bits / 8)]);
                }
            }
        }
    }
    let offsets = file.len();
    for tile in 0..down * across {
        file.extend((8 + tile * tile_bytes).to_le_bytes()[..4].iter());
    }
    let counts = file.len();
    for _ in 0..down * across {
        file.extend(tile_bytes.to_le_bytes()[..4].iter());
    }
    // If there is only one tile, the entries hold its offset and its length themselves.
    let (offsets, counts) = match down * across {
        1 => (8, tile_bytes),
        _ => (offsets, counts),
    };
    let directory = file.len() as u32;
    file[4..8].copy_from_slice(&directory.to_le_bytes());
    const GREY: usize = 1;
    const RGB: usize = 2;
    let mut entries = vec![
        (256, 1, width),
        (257, 1, height),
        (258, 1, usize::from(bits)),
        (259, 1, 1),
        (262, 1, if samples == 1 { GREY } else { RGB }),
        (277, 1, samples),
        (322, 1, tile_width),
        (323, 1, tile_height),
        (324, down * across, offsets),
        (325, down * across, counts),
    ];
    if samples == 4 {
        // The fourth sample is transparency.
        entries.push((338, 1, 2));
    }
    file.extend((entries.len() as u16).to_le_bytes());
    for (tag, count, value) in entries {
        // Type 4 is a number of 32 bits; transparency must be of type 3, 16 bits.
        let kind = if tag == 338 { 3u16 } else { 4 };
        file.extend((tag as u16).to_le_bytes());
        file.extend(kind.to_le_bytes());
        file.extend((count as u32).to_le_bytes());
        file.extend((value as u32).to_le_bytes());
    }
    file.extend([0; 4]);
    file
}

/// A file of strips, as the encoder writes it.
fn strips<C: ColorType>(
    (height, width): (u32, u32),
    rows: u32,
    compression: Compression,
    numbers: &[C::Inner],
) -> Vec<u8>
where
    [C::Inner]: TiffValue,
{
    let mut file = std::io::Cursor::new(Vec::new());
    let mut encoder = TiffEncoder::new(&mut file)
        .unwrap()
        .with_compression(compression);
    let mut image = encoder.new_image::<C>(width, height).unwrap();
    image.rows_per_strip(rows).unwrap();
    image.write_data(numbers).unwrap();
    file.into_inner()
}

fn written(folder: &tempfile::TempDir, bytes: &[u8]) -> PathBuf {
    let path = folder.path().join("slide.tif");
    std::fs::write(&path, bytes).unwrap();
    path
}

fn numbers(tensor: &Tensor) -> Vec<f32> {
    tensor.flatten_all().unwrap().to_vec1().unwrap()
}

/// Compares many parts of the file with the same parts of the whole image.
fn assert_parts_are_those_of_the_whole_image(bytes: &[u8], what: &str) {
    let folder = tempfile::tempdir().unwrap();
    let path = written(&folder, bytes);
    let whole = load_image(&path).unwrap();
    // A cache for everything, and one for next to nothing.
    for bound in [256 << 20, 100] {
        let mut reader = TileReader::open(&path).unwrap().cache_bytes(bound);
        let (height, width) = (reader.height(), reader.width());
        assert_eq!(whole.dims(), [3, height, width], "{what}");
        let mut areas = vec![(0, 0, height, width), (height - 1, width - 1, 1, 1)];
        for top in (0..height).step_by(11) {
            for left in (0..width).step_by(13) {
                areas.push((top, left, (height - top).min(9), (width - left).min(11)));
            }
        }
        for (top, left, height, width) in areas {
            let part = reader.read(top, left, height, width).unwrap();
            let cut = whole.narrow(1, top, height).unwrap();
            let cut = cut.narrow(2, left, width).unwrap();
            assert_eq!(part.dims(), [3, height, width]);
            assert_eq!(
                numbers(&part),
                numbers(&cut),
                "{what}: {height} x {width} from {top}, {left}"
            );
            assert!(reader.held_bytes() <= bound);
        }
    }
}

/// Numbers that look random and differ for all pixels and samples.
fn mixed(row: usize, column: usize, sample: usize) -> u16 {
    (row * 7919 + column * 104_729 + sample * 31_337) as u16
}

#[test]
fn parts_of_tiles_are_those_of_the_whole_image() {
    for samples in [1, 3, 4] {
        for bits in [8, 16] {
            for (size, tile) in [
                ((40, 37), (16, 16)),
                ((33, 64), (32, 16)),
                ((5, 6), (16, 32)),
                ((48, 32), (16, 32)),
            ] {
                let file = tiled(size, tile, (samples, bits), mixed);
                let what = format!("{size:?}, {tile:?}, {samples} x {bits} bits");
                assert_parts_are_those_of_the_whole_image(&file, &what);
            }
        }
    }
}

#[test]
fn parts_of_strips_are_those_of_the_whole_image() {
    let (height, width) = (23u32, 17u32);
    let all = |samples: usize| {
        let pixels = (0..height as usize)
            .flat_map(|row| (0..width as usize).map(move |column| (row, column)));
        pixels.flat_map(move |(row, column)| (0..samples).map(move |s| mixed(row, column, s)))
    };
    let bytes = |samples| all(samples).map(|word| word as u8).collect::<Vec<_>>();
    let words = |samples| all(samples).collect::<Vec<_>>();
    let size = (height, width);
    for (rows, name, compression) in [
        (1, "uncompressed", Compression::Uncompressed),
        (23, "uncompressed", Compression::Uncompressed),
        (4, "LZW", Compression::Lzw),
        (4, "PackBits", Compression::Packbits),
        (4, "Deflate", Compression::Deflate(Default::default())),
    ] {
        for (kind, file) in [
            (
                "grey, 8 bits",
                strips::<colortype::Gray8>(size, rows, compression, &bytes(1)),
            ),
            (
                "grey, 16 bits",
                strips::<colortype::Gray16>(size, rows, compression, &words(1)),
            ),
            (
                "RGB, 8 bits",
                strips::<colortype::RGB8>(size, rows, compression, &bytes(3)),
            ),
            (
                "RGB, 16 bits",
                strips::<colortype::RGB16>(size, rows, compression, &words(3)),
            ),
            (
                "RGBA, 8 bits",
                strips::<colortype::RGBA8>(size, rows, compression, &bytes(4)),
            ),
        ] {
            let what = format!("{kind}, strips of {rows} rows, {name}");
            assert_parts_are_those_of_the_whole_image(&file, &what);
        }
    }
}

#[test]
fn white_of_a_grey_image_is_that_of_the_whole_image_in_all_its_parts() {
    let folder = tempfile::tempdir().unwrap();
    // 12 bits, but only the last pixel says so.
    let level = |row, column, _| if (row, column) == (39, 39) { 4000 } else { 100 };
    let path = written(&folder, &tiled((40, 40), (16, 16), (1, 16), level));
    let mut reader = TileReader::open(path).unwrap();
    for value in numbers(&reader.read(0, 0, 8, 8).unwrap()) {
        assert!((value - 100.0 / 4095.0).abs() < 1e-5, "{value}");
    }
}

#[test]
fn only_the_pieces_that_are_needed_are_decoded_and_only_as_many_bytes_kept_as_allowed() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(&folder, &tiled((64, 64), (16, 16), (3, 8), mixed));
    const TILE: usize = 16 * 16 * 3;
    let mut reader = TileReader::open(&path).unwrap();
    reader.read(17, 18, 10, 10).unwrap();
    assert_eq!(reader.held_bytes(), TILE);
    reader.read(17, 18, 10, 20).unwrap();
    assert_eq!(reader.held_bytes(), 2 * TILE);
    reader.read(0, 0, 64, 64).unwrap();
    assert_eq!(reader.held_bytes(), 16 * TILE);
    let mut reader = reader.cache_bytes(3 * TILE + 5);
    reader.read(0, 0, 64, 64).unwrap();
    assert_eq!(reader.held_bytes(), 3 * TILE);
    // What is in the cache is not read again: the file may even be damaged meanwhile.
    reader.read(0, 0, 16, 16).unwrap();
    std::fs::write(&path, b"gone").unwrap();
    reader.read(2, 3, 5, 5).unwrap();
    let error = reader.read(20, 3, 5, 5).unwrap_err().to_string();
    assert!(error.contains("not a whole TIFF file"), "{error}");
}

#[test]
fn a_part_beyond_the_image_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(&folder, &tiled((20, 30), (16, 16), (1, 8), mixed));
    let mut reader = TileReader::open(path).unwrap();
    for (top, left, height, width) in [
        (0, 0, 21, 30),
        (0, 1, 20, 30),
        (20, 0, 1, 1),
        (0, 0, 0, 5),
        (usize::MAX, 0, 2, 2),
    ] {
        let error = reader.read(top, left, height, width).unwrap_err();
        let error = error.to_string();
        assert!(error.contains("image of 20 x 30 pixels"), "{error}");
    }
}

#[test]
fn a_file_cut_short_is_refused_when_it_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    let numbers = vec![7; 20 * 30];
    let mut whole = strips::<colortype::Gray8>((20, 30), 5, Compression::Uncompressed, &numbers);
    for length in 0..whole.len() {
        let path = written(&folder, &whole[..length]);
        assert!(TileReader::open(path).is_err(), "{length} bytes");
    }
    // The first strip lies beyond the end.
    let place = whole.windows(2).position(|tag| tag == 273u16.to_le_bytes());
    let entry = place.unwrap();
    let offsets = u32::from_le_bytes(whole[entry + 8..entry + 12].try_into().unwrap()) as usize;
    whole[offsets..offsets + 4].copy_from_slice(&5000u32.to_le_bytes());
    let error = TileReader::open(written(&folder, &whole)).unwrap_err();
    let error = error.to_string();
    assert!(error.contains("cut short: strip 1 of 4"), "{error}");
}

/// Sets a tag of a file that [`tiled`] has written.
fn with_tag(mut file: Vec<u8>, tag: u16, value: u32) -> Vec<u8> {
    let directory = u32::from_le_bytes(file[4..8].try_into().unwrap()) as usize;
    let entries = file[directory + 2..].chunks_exact(12);
    let place = entries
        .map(|entry| u16::from_le_bytes([entry[0], entry[1]]))
        .position(|other| other == tag);
    let value_at = directory + 2 + 12 * place.unwrap() + 8;
    file[value_at..value_at + 4].copy_from_slice(&value.to_le_bytes());
    file
}

#[test]
fn what_cannot_be_read_in_parts_is_told_with_the_way_out() {
    let grey = || tiled((20, 30), (16, 16), (1, 8), mixed);
    let mut pages = std::io::Cursor::new(Vec::new());
    let mut encoder = TiffEncoder::new(&mut pages).unwrap();
    for _ in 0..2 {
        encoder
            .write_image::<colortype::Gray8>(2, 1, &[0, 255])
            .unwrap();
    }
    let mut turned = std::io::Cursor::new(Vec::new());
    let mut encoder = TiffEncoder::new(&mut turned).unwrap();
    let mut image = encoder.new_image::<colortype::Gray8>(2, 1).unwrap();
    image.encoder().write_tag(Tag::Orientation, 6u16).unwrap();
    image.write_data(&[0, 255]).unwrap();
    let floats = strips::<colortype::RGB32Float>((1, 1), 1, Compression::Uncompressed, &[0.5; 3]);
    let signed = strips::<colortype::GrayI8>((1, 1), 1, Compression::Uncompressed, &[-3]);
    let cmyk = strips::<colortype::CMYK8>((1, 1), 1, Compression::Uncompressed, &[3; 4]);
    // Four planes of one tile each; the entry of transparency becomes that of planes.
    let mut planes = tiled((16, 64), (16, 16), (4, 8), mixed);
    planes = with_tag(with_tag(planes, 256, 16), 338, 2);
    let place = planes
        .windows(2)
        .rposition(|tag| tag == 338u16.to_le_bytes());
    planes[place.unwrap()..][..2].copy_from_slice(&284u16.to_le_bytes());
    for (bytes, wanted) in [
        (
            &b"\x89PNG\r\n\x1a\n and so on"[..],
            "a Png image, which can only be read whole; convert it to TIFF",
        ),
        (b"", "the file is empty"),
        (b"GIF89a\x01\0\x01\0", "TIFF"),
        (
            pages.get_ref(),
            "vips tiffsave 'in.tif[page=0]' out.tif --tile",
        ),
        (turned.get_ref(), "vips autorot"),
        (&planes, "each channel by itself"),
        (&floats, "RGB(32); convert it to grey or RGB"),
        (&signed, "have a sign or a decimal point"),
        (&cmyk, "CMYK(8); convert it"),
        (&with_tag(grey(), 262, 3), "colours in a palette"),
        (&with_tag(grey(), 258, 1), "Gray(1); convert it"),
        (
            &with_tag(grey(), 259, 50000),
            "its compression (ZSTD) cannot be read",
        ),
        (&with_tag(grey(), 259, 34712), "cannot be read"),
        (
            &with_tag(with_tag(grey(), 322, 20000), 256, 20000),
            "not a whole TIFF file",
        ),
        (&grey()[..700], "not a whole TIFF file"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let error = TileReader::open(written(&folder, bytes)).unwrap_err();
        let error = error.to_string();
        assert!(
            error.contains(wanted) && error.contains("slide.tif"),
            "{error}"
        );
    }
    let folder = tempfile::tempdir().unwrap();
    let missing = TileReader::open(folder.path().join("none.tif")).unwrap_err();
    assert!(missing.to_string().contains("there is no such file"));
}
