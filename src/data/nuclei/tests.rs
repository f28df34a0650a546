//! Data sets as people have them: what is read, and what is refused and why.

mod originals;

use super::*;
use image::{DynamicImage, GrayImage, ImageFormat, Luma, LumaA, Rgba};
use std::fs::{self, File};
use std::io::{Cursor, Write};

fn png(image: impl Into<DynamicImage>) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.into().write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

fn mask(x: u32) -> Vec<u8> {
    png(GrayImage::from_fn(8, 8, |column, _| {
        // One of the two masks holds 0 and 1, the other 0 and 255.
        Luma([if column != x {
            0
        } else if x == 1 {
            1
        } else {
            255
        }])
    }))
}

fn write(folder: &Path, name: &str, bytes: &[u8]) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

/// An RGBA, a grey and a grey 16-bit image, with two masks each.
fn good(folder: &Path) {
    let rgba = png(image::RgbaImage::from_pixel(8, 8, Rgba([255, 51, 0, 255])));
    let grey = png(image::GrayAlphaImage::from_pixel(8, 8, LumaA([102, 255])));
    let deep = png(image::ImageBuffer::<Luma<u16>, _>::from_pixel(
        8,
        8,
        Luma([13107]),
    ));
    for (id, image) in [("a", rgba), ("b", grey), ("c", deep)] {
        write(folder, &format!("{id}/images/{id}.png"), &image);
        write(folder, &format!("{id}/masks/1.png"), &mask(1));
        write(folder, &format!("{id}/masks/2.png"), &mask(6));
    }
}

/// Zips what `good` wrote to `folder`; `rename` makes the names in the zip file.
fn write_zip(path: &Path, folder: &Path, rename: impl Fn(&str) -> String) {
    let mut archive = zip::ZipWriter::new(File::create(path).unwrap());
    for id in ["a", "b", "c"] {
        for file in [
            format!("{id}/images/{id}.png"),
            format!("{id}/masks/1.png"),
            format!("{id}/masks/2.png"),
        ] {
            let options = zip::write::SimpleFileOptions::default();
            archive.start_file(rename(&file), options).unwrap();
            let bytes = fs::read(folder.join(&file)).unwrap();
            archive.write_all(&bytes).unwrap();
        }
    }
    archive.finish().unwrap();
}

fn small() -> Options {
    Options::new(16)
}

fn message(path: &Path) -> String {
    Nuclei::load(path, &small()).unwrap_err().to_string()
}

fn check(nuclei: &Nuclei) {
    assert_eq!(nuclei.len(), 3);
    for (index, colour) in [[1.0, 0.2, 0.0], [0.4; 3], [0.8; 3]]
        .into_iter()
        .enumerate()
    {
        let (image, mask) = nuclei.get(index).unwrap();
        assert_eq!(
            (image.dims(), mask.dims()),
            (&[3, 16, 16][..], &[1, 16, 16][..])
        );
        let found = image.mean((1, 2)).unwrap().to_vec1::<f32>().unwrap();
        assert!(
            found
                .iter()
                .zip(colour)
                .all(|(found, wanted)| (found - wanted).abs() < 0.01),
            "{found:?}"
        );
        // Two of eight columns.
        assert_eq!(mask.mean_all().unwrap().to_scalar::<f32>().unwrap(), 0.25);
    }
}

#[test]
fn folders_and_zips_give_the_same_samples() {
    let folder = tempfile::tempdir().unwrap();
    good(&folder.path().join(NAME));
    let nuclei = Nuclei::load(folder.path(), &small()).unwrap();
    check(&nuclei);
    assert_eq!(
        format!("{:?}", nuclei.split(1).test),
        "0 samples of: Nuclei: 3 images of 16 x 16 pixels"
    );

    let path = folder.path().join("images.zip");
    write_zip(&path, &folder.path().join(NAME), |name| name.to_owned());
    check(&Nuclei::load(&path, &small()).unwrap());

    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    assert!(message(&path).contains("cut short"));
}

#[test]
fn bad_images_are_left_out_and_listed_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    good(folder.path());
    let whole = fs::read(folder.path().join("a/images/a.png")).unwrap();
    write(
        folder.path(),
        "cut/images/cut.png",
        &whole[..whole.len() - 20],
    );
    write(folder.path(), "cut/masks/1.png", &mask(1));
    write(folder.path(), "maskless/images/maskless.png", &whole);
    write(folder.path(), "text/images/text.png", b"not an image");
    write(folder.path(), "text/masks/1.png", &mask(1));
    write(folder.path(), "size/images/size.png", &whole);
    write(
        folder.path(),
        "size/masks/1.png",
        &png(GrayImage::new(4, 8)),
    );
    let nuclei = Nuclei::load(folder.path(), &small()).unwrap();
    check(&nuclei);
    let reasons: Vec<String> = nuclei
        .unreadable()
        .iter()
        .map(|one| format!("{}: {}", one.id, one.reason))
        .collect();
    assert_eq!(reasons.len(), 4, "{reasons:?}");
    for (reason, wanted) in reasons.iter().zip([
        "cut: cut/images/cut.png: it is not a whole PNG",
        "maskless: there are no masks",
        "size: size/masks/1.png is 4 x 8 pixels, the image 8 x 8",
        "text: text/images/text.png: it is a text file that begins with `not an image`",
    ]) {
        assert!(reason.starts_with(wanted), "{reason}");
    }
    // A challenge's test images have no masks.
    let nuclei = Nuclei::load(folder.path(), &small().unmasked().originals()).unwrap();
    let place = |id| (0..nuclei.len()).find(|&index| nuclei.id(index) == Some(id));
    let (masked, maskless) = (place("a").unwrap(), place("maskless").unwrap());
    assert!(nuclei.has_masks(masked).unwrap() && !nuclei.has_masks(maskless).unwrap());
    assert_eq!(nuclei.labels(maskless).unwrap().count(), 0);
    assert_eq!(nuclei.unreadable().len(), 3);
}

#[test]
fn an_error_for_a_place_without_images_says_what_is_expected() {
    let folder = tempfile::tempdir().unwrap();
    assert!(message(folder.path()).contains("<id>/images/<id>.png"));
    assert!(message(folder.path()).contains("the folder is empty"));
    assert!(message(&folder.path().join("none")).contains("there is no such file or folder"));
    write(folder.path(), "images/a.png", b"text");
    write(folder.path(), "masks/a.png", b"text");
    assert!(message(folder.path()).contains("the folder holds images, masks"));
    let path = folder.path().join("notes.zip");
    let mut archive = zip::ZipWriter::new(File::create(&path).unwrap());
    let options = zip::write::SimpleFileOptions::default();
    archive.start_file("stage1_train.zip", options).unwrap();
    archive.finish().unwrap();
    assert!(message(&path).contains("the zip file holds stage1_train.zip"));
    write(folder.path(), "a/images/a.png", b"text");
    write(folder.path(), "a/masks/a.png", b"text");
    assert!(message(folder.path()).contains("none of 1 images can be read"));
    write(folder.path(), "file.txt", b"text");
    assert!(message(&folder.path().join("file.txt")).contains("not a whole zip"));
}

#[test]
fn folders_may_lie_deeper_and_what_systems_add_is_ignored() {
    for place in [
        "stage1_train/stage1_train",
        "dsb",
        "dsb/stage1_train/stage1_train",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let ids = folder.path().join(place);
        good(&ids);
        for name in [
            ".DS_Store",
            "Thumbs.db",
            "a/desktop.ini",
            "a/images/._a.png",
            "a/images/.hidden.png",
            "a/images/Thumbs.db",
            "a/masks/._1.png",
            "__MACOSX/a/images/a.png",
        ] {
            write(&ids, name, b"clutter");
        }
        let nuclei = Nuclei::load(folder.path(), &small()).unwrap();
        assert!(nuclei.unreadable().is_empty(), "{:?}", nuclei.unreadable());
        check(&nuclei);
    }
}

#[test]
fn zips_of_windows_and_macos_are_read() {
    let folder = tempfile::tempdir().unwrap();
    good(folder.path());
    let path = folder.path().join("images.zip");
    write_zip(&path, folder.path(), |name| {
        format!("stage1_train\\{}", name.replace('/', "\\"))
    });
    check(&Nuclei::load(&path, &small()).unwrap());
    write_zip(&path, folder.path(), |name| {
        format!("./stage1_train/{name}")
    });
    let mut archive =
        zip::ZipWriter::new_append(File::options().read(true).write(true).open(&path).unwrap())
            .unwrap();
    for name in [
        "__MACOSX/a/images/._a.png",
        "__MACOSX\\a\\masks\\1.png",
        "b/masks/Thumbs.db",
    ] {
        let options = zip::write::SimpleFileOptions::default();
        archive.start_file(name, options).unwrap();
        archive.write_all(b"clutter").unwrap();
    }
    archive.finish().unwrap();
    check(&Nuclei::load(&path, &small()).unwrap());
}

#[test]
fn zips_that_cannot_be_read_are_told_with_the_way_out() {
    let folder = tempfile::tempdir().unwrap();
    good(folder.path());
    let path = folder.path().join("images.zip");
    write_zip(&path, folder.path(), |name| name.to_owned());
    let whole = fs::read(&path).unwrap();
    // The flags and the method are at these places of the entry's header, and of the entry in the index at the end.
    for (flags, method, wanted) in [
        (0, 9, "compressed with Deflate64"),
        (0, 14, "compressed with LZMA"),
        (0, 77, "compressed with method 77"),
        (1, 8, "encrypted"),
    ] {
        let mut bytes = whole.clone();
        for start in 0..bytes.len() - 12 {
            let place = match &whole[start..start + 4] {
                b"PK\x03\x04" => start + 6,
                b"PK\x01\x02" => start + 8,
                _ => continue,
            };
            bytes[place] |= flags;
            bytes[place + 2] = method;
        }
        fs::write(&path, bytes).unwrap();
        let message = message(&path);
        for part in [wanted, "images.zip", "unpack the zip file"] {
            assert!(message.contains(part), "{message}");
        }
    }
    for (start, wanted) in [
        (&b""[..], "the file is empty"),
        (b"Rar!\x1a\x07", "a RAR archive: unpack it"),
        (b"7z\xbc\xaf\x27\x1c", "a 7z archive: unpack it"),
        (b"\x1f\x8b\x08", "compressed with gzip: unpack it"),
    ] {
        fs::write(&path, start).unwrap();
        assert!(message(&path).contains(wanted), "{}", message(&path));
    }
}

#[test]
fn a_mask_with_a_number_for_each_nucleus_gives_all_nuclei() {
    let folder = tempfile::tempdir().unwrap();
    good(folder.path());
    // The two columns of the other masks, as three nuclei: the first column is two of them.
    let number = |x: u32, y: u32| match (x, y) {
        (1, 0..4) => 1,
        (1, _) => 2,
        (6, _) => 3,
        _ => 0,
    };
    let bytes = png(GrayImage::from_fn(8, 8, |x, y| Luma([number(x, y) as u8])));
    let mut words = Cursor::new(Vec::new());
    let deep = image::ImageBuffer::<Luma<u16>, _>::from_fn(8, 8, |x, y| Luma([300 * number(x, y)]));
    DynamicImage::from(deep)
        .write_to(&mut words, ImageFormat::Tiff)
        .unwrap();
    for (id, file, labels) in [
        ("a", "labels.png", bytes),
        ("b", "labels.TIF", words.into_inner()),
    ] {
        fs::remove_dir_all(folder.path().join(id).join("masks")).unwrap();
        write(folder.path(), &format!("{id}/masks/{file}"), &labels);
    }
    check(&Nuclei::load(folder.path(), &small()).unwrap());
}

#[test]
fn a_jpeg_mask_and_several_images_in_one_folder_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    good(folder.path());
    let mut jpeg = Cursor::new(Vec::new());
    GrayImage::new(8, 8)
        .write_to(&mut jpeg, ImageFormat::Jpeg)
        .unwrap();
    write(folder.path(), "a/masks/3.jpg", jpeg.get_ref());
    write(folder.path(), "b/images/other.PNG", &mask(1));
    let nuclei = Nuclei::load(folder.path(), &small()).unwrap();
    let reasons: Vec<&str> = nuclei
        .unreadable()
        .iter()
        .map(|one| one.reason.as_str())
        .collect();
    assert!(
        reasons[0].contains("a/masks/3.jpg is a JPEG image"),
        "{reasons:?}"
    );
    assert!(reasons[1].contains("there are 2 images"), "{reasons:?}");
}

#[test]
fn levels_of_16_bits_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    // 12 bits in a file of 16; 1000 and 1001 would be the same byte.
    let deep = image::ImageBuffer::<Luma<u16>, _>::from_fn(4, 1, |x, _| {
        Luma([[0, 1000, 1001, 4095][x as usize]])
    });
    write(folder.path(), "a/images/a.png", &png(deep));
    write(folder.path(), "a/masks/1.png", &png(GrayImage::new(4, 1)));
    let nuclei = Nuclei::load(folder.path(), &Options::new(4)).unwrap();
    let rows = nuclei
        .get(0)
        .unwrap()
        .0
        .get(0)
        .unwrap()
        .to_vec2::<f32>()
        .unwrap();
    for (found, level) in rows[0].iter().zip([0.0, 1000.0, 1001.0, 4095.0]) {
        assert!((found - level / 4095.0).abs() < 1e-4, "{rows:?}");
    }
}
