//! Files of all kinds, each with the pixels that it should have.

use super::decode;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use image::{DynamicImage, GrayImage, ImageFormat, Luma, RgbImage};
use std::io::{Cursor, Write};
use tiff::encoder::{TiffEncoder, colortype};

fn encoded(image: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.into().write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// A PNG file, chunk by chunk. `colour` is 0 for grey, 3 for a palette, and 4 for grey with alpha; each row of `rows` begins with
/// its filter, 0.
fn png(
    (width, height): (u32, u32),
    (depth, colour, interlaced): (u8, u8, u8),
    palette: &[u8],
    rows: &[u8],
) -> Vec<u8> {
    let mut compressed = ZlibEncoder::new(Vec::new(), Compression::fast());
    compressed.write_all(rows).unwrap();
    let mut header = [width.to_be_bytes(), height.to_be_bytes()].concat();
    header.extend([depth, colour, 0, 0, interlaced]);
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, content) in [
        (b"IHDR", header),
        (b"PLTE", palette.to_vec()),
        (b"IDAT", compressed.finish().unwrap()),
        (b"IEND", Vec::new()),
    ] {
        if kind == b"PLTE" && content.is_empty() {
            continue;
        }
        let mut sum = flate2::Crc::new();
        sum.update(kind);
        sum.update(&content);
        file.extend((content.len() as u32).to_be_bytes());
        file.extend(kind);
        file.extend(content);
        file.extend(sum.sum().to_be_bytes());
    }
    file
}

fn rgb(bytes: &[u8]) -> Vec<[u8; 3]> {
    let image = decode(bytes).unwrap().into_rgb8();
    image.pixels().map(|pixel| pixel.0).collect()
}

#[test]
fn all_kinds_of_png_are_read() {
    let palette = [0, 0, 0, 200, 40, 90, 10, 220, 130];
    // Four pixels in two bytes of 4 bits each: 0, 1, 2, 1.
    let indexed = png((4, 1), (4, 3, 0), &palette, &[0, 0x01, 0x21]);
    let colours = [[0, 0, 0], [200, 40, 90], [10, 220, 130], [200, 40, 90]];
    assert_eq!(rgb(&indexed), colours);
    // 1 bit: 1, 0, 1.
    let bits = png((3, 1), (1, 0, 0), &[], &[0, 0b1010_0000]);
    assert_eq!(rgb(&bits), [[255; 3], [0; 3], [255; 3]]);
    // Transparency changes no colour.
    let transparent = png((2, 1), (8, 4, 0), &[], &[0, 70, 0, 80, 255]);
    assert_eq!(rgb(&transparent), [[70; 3], [80; 3]]);
    // Interlaced, 3 x 3: the passes of Adam7 have the pixels (0, 0), then (2, 0), (2, 2) and so on.
    let interlaced = png(
        (3, 3),
        (8, 0, 1),
        &[],
        &[0, 1, 0, 3, 0, 7, 9, 0, 2, 0, 8, 0, 4, 5, 6],
    );
    let numbers: Vec<u8> = rgb(&interlaced)
        .into_iter()
        .map(|[grey, ..]| grey)
        .collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    // 16 bits, the highest byte first.
    let deep = decode(&png((2, 1), (16, 0, 0), &[], &[0, 1, 2, 0xff, 0xfe])).unwrap();
    assert_eq!(deep.into_luma16().into_raw(), [0x0102, 0xfffe]);
}

#[test]
fn a_cmyk_jpeg_has_the_colours_that_it_was_made_of() {
    let image = decode(include_bytes!("fixtures/cmyk.jpg"))
        .unwrap()
        .into_rgb8();
    for (x, colour) in [(3, [200, 40, 90]), (12, [10, 220, 130])] {
        for (found, wanted) in image.get_pixel(x, 3).0.into_iter().zip(colour) {
            assert!(found.abs_diff(wanted) <= 2, "{:?}", image.get_pixel(x, 3));
        }
    }
}

/// A JPEG image of 32 x 16 pixels, black but for its top left quarter, with this EXIF orientation.
fn photograph(orientation: u8) -> Vec<u8> {
    let grey = GrayImage::from_fn(32, 16, |x, y| Luma([if x < 16 && y < 8 { 255 } else { 0 }]));
    let jpeg = encoded(grey, ImageFormat::Jpeg);
    // Big-endian TIFF with one entry: tag 0x112, type 3 (16 bits), one value.
    let mut exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    exif.extend([orientation, 0, 0, 0, 0, 0, 0]);
    let length = (exif.len() as u16 + 2).to_be_bytes();
    // After the marker of the start, in a segment of its own.
    [&jpeg[..2], &[0xff, 0xe1], &length, &exif, &jpeg[2..]].concat()
}

#[test]
fn a_photograph_is_turned_upright() {
    // Where the white quarter comes to lie: at the left, and at the top.
    for (orientation, is_left, is_top) in [
        (1, true, true),
        (2, false, true),
        (3, false, false),
        (4, true, false),
        (5, true, true),
        (6, false, true),
        (7, false, false),
        (8, true, false),
    ] {
        let image = decode(&photograph(orientation)).unwrap().into_luma8();
        let (width, height) = image.dimensions();
        let wanted = if orientation < 5 { (32, 16) } else { (16, 32) };
        assert_eq!((width, height), wanted);
        for (x, y) in [
            (2, 2),
            (width - 3, 2),
            (2, height - 3),
            (width - 3, height - 3),
        ] {
            let is_white = (x == 2) == is_left && (y == 2) == is_top;
            assert_eq!(
                image.get_pixel(x, y).0[0] > 128,
                is_white,
                "{orientation}: {x}, {y}"
            );
        }
    }
}

#[test]
fn files_cut_short_are_refused_wherever_they_end() {
    let image = RgbImage::from_fn(9, 7, |x, y| image::Rgb([(x * 20) as u8, (y * 30) as u8, 7]));
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Tiff] {
        let whole = encoded(image.clone(), format);
        assert!(decode(&whole).is_ok());
        // The last 12 bytes of a PNG file only say that it ends.
        for length in 0..whole.len() - 12 {
            assert!(
                decode(&whole[..length]).is_err(),
                "{format:?} of {length} bytes"
            );
        }
    }
    let jpeg = encoded(image, ImageFormat::Jpeg);
    let error = decode(&jpeg[..jpeg.len() - 2]).unwrap_err();
    assert!(error.contains("cut short"), "{error}");
}

#[test]
fn what_cannot_be_read_is_told_with_the_reason_and_what_to_do() {
    let mut pages = Cursor::new(Vec::new());
    let mut encoder = TiffEncoder::new(&mut pages).unwrap();
    for _ in 0..2 {
        encoder
            .write_image::<colortype::Gray8>(2, 1, &[0, 255])
            .unwrap();
    }
    let mut floats = Cursor::new(Vec::new());
    TiffEncoder::new(&mut floats)
        .unwrap()
        .write_image::<colortype::RGB32Float>(1, 1, &[0.0, 0.5, 300.0])
        .unwrap();
    let mut grey_floats = Cursor::new(Vec::new());
    TiffEncoder::new(&mut grey_floats)
        .unwrap()
        .write_image::<colortype::Gray32Float>(1, 1, &[300.0])
        .unwrap();
    let dicom = [&[0; 128][..], b"DICM", &[0; 20]].concat();
    for (bytes, wanted) in [
        (&b""[..], "the file is empty"),
        (
            b"<!DOCTYPE html>\n<p>no</p>",
            "a text file that begins with `<!DOCTYPE html>`",
        ),
        (
            "version https://git-lfs.github.com/spec/v1 é".as_bytes(),
            "a text file",
        ),
        (b"GIF89a\x01\0\x01\0", "a Gif image; save it as PNG"),
        (&dicom, "a DICOM file; save it as PNG"),
        (&[1, 2, 3, 0xfe, 0xff], "does not begin like a PNG"),
        (
            pages.get_ref(),
            "several pages; save the page that you want",
        ),
        (
            floats.get_ref(),
            "floating-point numbers, whose range it does not say",
        ),
        (
            grey_floats.get_ref(),
            "save it as grey or RGB with 8 or 16 bits",
        ),
    ] {
        let error = decode(bytes).unwrap_err();
        assert!(error.contains(wanted), "{error}");
    }
}

#[test]
fn a_tiff_image_is_read_in_both_of_its_formats() {
    let pixels = [0u16, 1000, 4095];
    let mut file = Cursor::new(Vec::new());
    TiffEncoder::new(&mut file)
        .unwrap()
        .write_image::<colortype::Gray16>(3, 1, &pixels)
        .unwrap();
    let mut big = Cursor::new(Vec::new());
    TiffEncoder::new_big(&mut big)
        .unwrap()
        .write_image::<colortype::Gray16>(3, 1, &pixels)
        .unwrap();
    for bytes in [file.get_ref(), big.get_ref()] {
        assert_eq!(decode(bytes).unwrap().into_luma16().into_raw(), pixels);
    }
}
