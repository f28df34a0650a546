//! Nuclei at the size that they had under the microscope, and what is made of them.

use super::*;

/// `Options` that keep the originals.
fn whole() -> Options {
    small().originals()
}

#[test]
fn originals_keep_their_size_their_levels_and_a_number_for_each_nucleus() {
    let folder = tempfile::tempdir().unwrap();
    let image = image::ImageBuffer::from_fn(10, 6, |x, y| image::Rgb([x as u8, y as u8, 200]));
    write(folder.path(), "a/images/a.png", &png(image));
    // Columns 1 to 4 and 4 to 7: column 4 is of both.
    for (name, columns) in [("2.png", 4..8), ("1.png", 1..5)] {
        let mask = GrayImage::from_fn(10, 6, |x, _| Luma([255 * u8::from(columns.contains(&x))]));
        write(folder.path(), &format!("a/masks/{name}"), &png(mask));
    }
    // Two nuclei that touch, in one mask.
    write(
        folder.path(),
        "b/images/b.png",
        &png(GrayImage::from_pixel(6, 4, Luma([51]))),
    );
    let numbers = GrayImage::from_fn(6, 4, |x, _| Luma([[0, 0, 7, 7, 3, 3][x as usize]]));
    write(folder.path(), "b/masks/all.png", &png(numbers));
    let nuclei = Nuclei::load(folder.path(), &whole()).unwrap();

    assert_eq!(nuclei.original_size(0).unwrap(), (6, 10));
    let (image, labels) = nuclei.original(0).unwrap();
    assert_eq!(image.dims(), [3, 6, 10]);
    let pixel = |channel: usize, row: usize, column: usize| {
        let rows = image.get(channel).unwrap().to_vec2::<f32>().unwrap();
        (rows[row][column] * 255.0).round()
    };
    assert_eq!(
        (pixel(0, 2, 9), pixel(1, 5, 0), pixel(2, 0, 0)),
        (9.0, 5.0, 200.0)
    );
    assert_eq!(labels.labels()[..10], [0, 1, 1, 1, 2, 2, 2, 2, 0, 0]);
    assert_eq!(
        (nuclei.overlap(0).unwrap(), nuclei.overlap(1).unwrap()),
        (6, 0)
    );
    let (image, labels) = nuclei.original(1).unwrap();
    assert_eq!(image.dims(), [3, 4, 6]);
    assert!(
        image
            .flatten_all()
            .unwrap()
            .to_vec1::<f32>()
            .unwrap()
            .iter()
            .all(|&value| (value - 0.2).abs() < 1e-6)
    );
    assert_eq!(labels.labels()[..6], [0, 0, 2, 2, 1, 1]);
    assert_eq!(nuclei.labels(1).unwrap(), labels);

    // What is resized does not depend on what is kept.
    let plain = Nuclei::load(folder.path(), &small()).unwrap();
    for index in 0..2 {
        let ((image, mask), (other_image, other_mask)) =
            (plain.get(index).unwrap(), nuclei.get(index).unwrap());
        for (one, other) in [(image, other_image), (mask, other_mask)] {
            let values = |tensor: Tensor| tensor.flatten_all().unwrap().to_vec1::<f32>().unwrap();
            assert_eq!(values(one), values(other));
        }
    }
    let message = plain.labels(0).unwrap_err().to_string();
    assert!(
        message.contains("Options::new(16).originals()"),
        "{message}"
    );
    assert!(plain.instances().is_err());
    assert!(nuclei.labels(2).is_err());
}

#[test]
fn a_prediction_goes_back_to_the_original_size_as_pytorch_interpolates() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a/images/a.png", &png(GrayImage::new(4, 1)));
    write(folder.path(), "a/masks/a.png", &png(GrayImage::new(4, 1)));
    let nuclei = Nuclei::load(folder.path(), &small()).unwrap();
    let prediction = Tensor::new(&[[[0f32, 1.0]]], &Device::Cpu).unwrap();
    let restored = nuclei.restore(0, &prediction).unwrap();
    assert_eq!(
        restored.squeeze(0).unwrap().to_vec2::<f32>().unwrap(),
        [[0.0, 0.25, 0.75, 1.0]]
    );
    let message = nuclei
        .restore(0, &prediction.unsqueeze(0).unwrap())
        .unwrap_err()
        .to_string();
    assert!(message.contains("(C, H, W)"), "{message}");
}

#[test]
fn parts_are_the_same_for_masks_and_for_instances_and_crops_follow_the_seed_in_any_thread() {
    use crate::data::{
        Augment, Batches, DataLoader, ElasticTransform, MapTarget, RandomCrop, RandomRotation,
    };
    let nuclei = Nuclei::synthetic(20, 3, &Options::new(40).originals());
    let parts = nuclei.split(1);
    let instances = parts.test.instances().unwrap();
    assert_eq!(instances.indices(), parts.test.indices());
    assert_eq!(
        instances.indices(),
        nuclei.instances().unwrap().split(1).test.indices()
    );
    let values = |tensor: &Tensor| tensor.flatten_all().unwrap().to_vec1::<f32>().unwrap();
    for index in 0..instances.len() {
        let labels = values(&instances.get(index).unwrap().1);
        let mask: Vec<f32> = labels.iter().map(|&label| f32::from(label > 0.0)).collect();
        assert_eq!(mask, values(&parts.test.get(index).unwrap().1));
    }

    let crops = |seed| {
        let augmented = Augment::new(parts.train.instances().unwrap(), seed)
            .with(RandomRotation::new(180.0))
            .with(ElasticTransform::new(20.0, 4.0))
            .with(RandomCrop::new(48).pad_if_needed().reflect());
        MapTarget::new(augmented, |labels| {
            let labels = LabelMap::from_tensor(labels)?;
            let ids = labels.ids();
            assert!(ids.len() <= 60, "numbers stay those of nuclei");
            labels.mask()
        })
    };
    let targets = |seed| -> Vec<Vec<f32>> {
        let loader = DataLoader::new(crops(seed), 4).shuffle(2);
        let batches = loader.batches(1).map(|batch| batch.unwrap());
        batches
            .map(|(images, targets)| {
                assert_eq!(images.dims()[1..], [3, 48, 48]);
                values(&targets)
            })
            .collect()
    };
    assert_eq!(targets(5), targets(5));
    assert_ne!(targets(5), targets(6));
    let at_once = crops(5);
    let parallel: Vec<Vec<f32>> = (0..at_once.len())
        .into_par_iter()
        .map(|index| values(&at_once.get(index).unwrap().1))
        .collect();
    let one_by_one = crops(5);
    let wanted: Vec<Vec<f32>> = (0..at_once.len())
        .map(|index| values(&one_by_one.get(index).unwrap().1))
        .collect();
    assert_eq!(parallel, wanted);
}

/// `EOSIN_DATA=<folder of stage1_train.zip> cargo test ... the_real_images -- --ignored --nocapture`
#[test]
#[ignore = "needs the real images"]
fn the_real_images_are_read_whole() {
    let path = find().unwrap();
    for options in [Options::new(256), Options::new(256).originals()] {
        let begun = std::time::Instant::now();
        let nuclei = Nuclei::load(&path, &options).unwrap();
        let seconds = begun.elapsed().as_secs_f64();
        // Levels of these images are bytes, and labels two bytes each.
        let bytes = |sample: &Sample| {
            let original = sample.original.as_ref();
            sample.image.values().len()
                + sample.mask.len()
                + original.map_or(0, |original| {
                    original.image.values().len() + 2 * original.labels.len()
                })
        };
        let bytes: usize = nuclei.samples.iter().map(bytes).sum();
        println!("{nuclei:?}: {seconds:.1} s, {:.0} MB", bytes as f64 / 1e6);
        let overlaps: Vec<usize> = (0..nuclei.len())
            .map(|index| nuclei.overlap(index).unwrap())
            .filter(|&pixels| pixels > 0)
            .collect();
        println!(
            "overlap in {} images, {} pixels",
            overlaps.len(),
            overlaps.iter().sum::<usize>()
        );
        if options.originals {
            let count: usize = (0..nuclei.len())
                .map(|index| nuclei.labels(index).unwrap().count())
                .sum();
            println!("{count} nuclei");
        }
    }
}

#[test]
fn kinds_are_told_apart_by_colour_and_size_and_every_part_has_each() {
    let folder = tempfile::tempdir().unwrap();
    // Ten dark small images, ten dark large ones, and five purple ones.
    for index in 0..25 {
        let (side, colour) = match index % 5 {
            0 | 1 => (8, [10 + index, 10 + index, 10 + index]),
            2 | 3 => (32, [10 + index, 10 + index, 10 + index]),
            _ => (8, [170, 120 + index, 200]),
        };
        let image = image::RgbImage::from_pixel(side, side, image::Rgb(colour));
        write(
            folder.path(),
            &format!("{index:02}/images/a.png"),
            &png(image),
        );
        write(
            folder.path(),
            &format!("{index:02}/masks/a.png"),
            &png(GrayImage::new(side, side)),
        );
    }
    let nuclei = Nuclei::load(folder.path(), &small()).unwrap();
    let kinds = nuclei.kinds(3, 1).unwrap();
    assert_eq!(kinds.counts(), [10, 10, 5]);
    assert_eq!(kinds.members(2), [4, 9, 14, 19, 24]);
    assert_eq!(kinds, nuclei.kinds(3, 1).unwrap());
    assert_eq!(kinds.groups()[0], kinds.groups()[1]);
    assert_ne!(kinds.groups()[1], kinds.groups()[2]);
    let parts = nuclei.split_by_kind(1).unwrap();
    for part in [&parts.train, &parts.valid, &parts.test] {
        let kinds = part.indices().iter().map(|&index| kinds.groups()[index]);
        assert_eq!(kinds.collect::<std::collections::BTreeSet<_>>().len(), 3);
    }
    assert!(nuclei.kinds(26, 1).is_err());
    assert!(nuclei.kinds(0, 1).is_err());
}

#[test]
#[ignore = "needs the real images"]
fn the_five_kinds_of_the_real_images_are_found() {
    let nuclei = Nuclei::load(find().unwrap(), &Options::new(128)).unwrap();
    for seed in 0..5 {
        println!("{seed}: {:?}", nuclei.kinds(5, seed).unwrap());
    }
    let kinds = nuclei.kinds(5, 0).unwrap();
    let figure = crate::plot::groups(&nuclei, kinds.groups(), 8).unwrap();
    fs::write(std::env::temp_dir().join("kinds.png"), figure.png()).unwrap();
}
