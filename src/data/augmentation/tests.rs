//! What all transforms have in common.

use super::*;
use crate::data::Dataset;
use crate::{Result, Tensor};
use candle_core::Device;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::Deserialize;

const SIDE: usize = 12;

/// Coloured ramps with a disc as their mask, all different.
#[derive(Debug, Clone)]
struct Discs(usize);

impl Dataset for Discs {
    fn len(&self) -> usize {
        self.0
    }

    fn get(&self, index: usize) -> Result<(Tensor, Tensor)> {
        let of = |value: &dyn Fn(f32, f32) -> f32| {
            let values: Vec<f32> = (0..SIDE * SIDE)
                .map(|at| value((at / SIDE) as f32, (at % SIDE) as f32))
                .collect();
            Tensor::from_vec(values, (1, SIDE, SIDE), &Device::Cpu)
        };
        let red = of(&|row, column| (row * 5.0 + column + index as f32) / 80.0)?;
        let green = of(&|row, column| (row + column * 4.0) / 80.0)?;
        let ramp = Tensor::cat(&[&red, &green, &((&red + 0.5)? / 1.5)?], 0)?;
        let disc = of(&|row, column| f32::from((row - 3.0).hypot(column - 8.0) < 3.0))?;
        Ok((ramp, disc))
    }
}

fn numbers(tensor: &Tensor) -> Vec<f32> {
    tensor.flatten_all().unwrap().to_vec1().unwrap()
}

/// Discs with one transform.
fn discs(transform: Box<dyn Transform>) -> Augment<Discs> {
    Augment::new(Discs(6), 3).with(Boxed(transform))
}

/// [`Augment::with`] takes any transform, but not one in a box.
#[derive(Debug)]
struct Boxed(Box<dyn Transform>);

impl Transform for Boxed {
    fn draw(&self, height: usize, width: usize, random: &mut ChaCha8Rng) -> Result<Change> {
        self.0.draw(height, width, random)
    }
}

fn moving() -> Vec<Box<dyn Transform>> {
    vec![
        Box::new(RandomRotation::new(30.0)),
        Box::new(RandomAffine::new(20.0).translate(0.2, 0.1).scale(0.7..=1.4)),
        Box::new(RandomAffine::new(0.0).shear(20.0, 10.0)),
        Box::new(RandomResizedCrop::new(SIDE).scale(0.3..=0.9)),
        Box::new(ElasticTransform::new(20.0, 2.0)),
    ]
}

fn colouring() -> Vec<Box<dyn Transform>> {
    vec![
        Box::new(RandomBrightness::new(0.9)),
        Box::new(RandomContrast::new(0.9)),
        Box::new(RandomGamma::new(0.3..=3.0)),
        Box::new(GaussianNoise::new(0.3)),
        Box::new(ColorJitter::new().saturation(0.5).hue(0.2)),
        Box::new(GaussianBlur::new(5)),
        Box::new(CoarseDropout::new(2, 4)),
    ]
}

#[test]
fn masks_move_with_images_and_stay_masks() {
    for transform in moving() {
        let augmented = discs(transform);
        let mut moved = 0;
        for index in 0..6 {
            let (image, mask) = augmented.get(index).unwrap();
            let (old_image, old_mask) = Discs(6).get(index).unwrap();
            assert_ne!(numbers(&image), numbers(&old_image), "{augmented:?}");
            moved += usize::from(numbers(&mask) != numbers(&old_mask));
            assert!(
                numbers(&mask)
                    .iter()
                    .all(|&value| value == 0.0 || value == 1.0)
            );
            assert!(
                numbers(&image)
                    .iter()
                    .all(|value| (0.0..=1.0).contains(value))
            );
        }
        assert!(moved >= 4, "{augmented:?}: {moved} of 6 masks moved");
    }
    // An image that is its own mask moves as its mask does, but for what lies between pixels.
    for transform in moving() {
        let change = transform
            .draw(SIDE, SIDE, &mut ChaCha8Rng::seed_from_u64(1))
            .unwrap();
        let (_, disc) = Discs(1).get(0).unwrap();
        let (soft, hard) = (
            change.of_image(&disc).unwrap(),
            change.of_mask(&disc).unwrap(),
        );
        for (soft, hard) in numbers(&soft).iter().zip(numbers(&hard)) {
            assert!(
                (soft - hard).abs() <= 0.75,
                "{transform:?}: {soft} and {hard}"
            );
        }
    }
}

/// Grey images whose masks number their objects, as a label map does.
#[derive(Debug)]
struct Numbered;

impl Dataset for Numbered {
    fn len(&self) -> usize {
        2
    }

    fn get(&self, _: usize) -> Result<(Tensor, Tensor)> {
        let image = Tensor::full(0.5f32, (3, SIDE, SIDE), &Device::Cpu)?;
        let labels: Vec<f32> = (0..SIDE * SIDE)
            .map(|at| [0.0, 1.0, 300.0, 65_535.0][(at / SIDE / 4 + at % SIDE / 4) % 4])
            .collect();
        Ok((
            image,
            Tensor::from_vec(labels, (1, SIDE, SIDE), &Device::Cpu)?,
        ))
    }
}

#[test]
fn the_numbers_of_a_label_map_are_moved_and_never_mixed() {
    let crop = || RandomCrop::new(SIDE + 3).pad_if_needed();
    let whole: Vec<Box<dyn Transform>> = vec![
        Box::new(crop()),
        Box::new(crop().reflect()),
        Box::new(RandomRotate90),
        Box::new(RandomHorizontalFlip::new()),
        Box::new(RandomVerticalFlip::new()),
    ];
    for transform in moving().into_iter().chain(colouring()).chain(whole) {
        let augmented = Augment::new(Numbered, 3).with(Boxed(transform));
        for _ in 0..5 {
            let labels = numbers(&augmented.get(0).unwrap().1);
            let is_label = |label: &f32| [0.0, 1.0, 300.0, 65_535.0].contains(label);
            assert!(labels.iter().all(is_label), "{augmented:?}");
        }
    }
}

#[test]
fn changes_of_values_leave_masks_alone_and_stay_between_black_and_white() {
    for transform in colouring() {
        let augmented = discs(transform);
        for index in 0..6 {
            let (image, mask) = augmented.get(index).unwrap();
            let (old_image, old_mask) = Discs(6).get(index).unwrap();
            assert_ne!(numbers(&image), numbers(&old_image), "{augmented:?}");
            assert_eq!(numbers(&mask), numbers(&old_mask));
            assert!(
                numbers(&image)
                    .iter()
                    .all(|value| (0.0..=1.0).contains(value))
            );
        }
    }
}

#[test]
fn neutral_settings_change_nothing() {
    let neutral: Vec<Box<dyn Transform>> = vec![
        Box::new(RandomRotation::new(0.0)),
        Box::new(RandomAffine::new(0.0)),
        Box::new(RandomAffine::new(0.0).shear(0.0, 0.0)),
        Box::new(
            RandomResizedCrop::new(SIDE)
                .scale(1.0..=1.0)
                .ratio(1.0..=1.0),
        ),
        Box::new(ElasticTransform::new(0.0, 2.0)),
        Box::new(RandomBrightness::new(0.0)),
        Box::new(RandomContrast::new(0.0)),
        Box::new(RandomGamma::new(1.0..=1.0)),
        Box::new(GaussianNoise::new(0.0)),
        Box::new(ColorJitter::new()),
        Box::new(GaussianBlur::new(1)),
        Box::new(CoarseDropout::new(0, 4)),
        Box::new(RandomHorizontalFlip::new().p(0.0)),
    ];
    for transform in neutral {
        let augmented = discs(transform);
        let ((image, mask), (old_image, old_mask)) =
            (augmented.get(2).unwrap(), Discs(6).get(2).unwrap());
        assert_eq!(numbers(&image), numbers(&old_image), "{augmented:?}");
        assert_eq!(numbers(&mask), numbers(&old_mask), "{augmented:?}");
    }
}

#[test]
fn samples_depend_on_the_seed_and_not_on_the_order_or_the_thread() {
    for transform in moving().into_iter().chain(colouring()) {
        let seeded = |seed| {
            let change = transform
                .draw(SIDE, SIDE, &mut ChaCha8Rng::seed_from_u64(seed))
                .unwrap();
            numbers(&change.of_image(&Discs(1).get(0).unwrap().0).unwrap())
        };
        assert_eq!(seeded(1), seeded(1), "{transform:?}");
        assert_ne!(seeded(1), seeded(2), "{transform:?}");
    }
    let augmented = || {
        Augment::new(Discs(6), 3)
            .with(RandomRotation::new(30.0))
            .with(GaussianNoise::new(0.1))
    };
    let read = |order: &[usize]| -> Vec<Vec<f32>> {
        let augmented = augmented();
        let mut images = vec![Vec::new(); 6];
        for &index in order {
            images[index].extend(numbers(&augmented.get(index).unwrap().0));
        }
        images
    };
    let twice = read(&[0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5]);
    assert_eq!(twice, read(&[5, 5, 3, 1, 1, 0, 2, 4, 4, 2, 3, 0]));
    let size = 3 * SIDE * SIDE;
    assert_ne!(twice[0][..size], twice[0][size..], "each read is new");
    let shared = augmented();
    let other: Vec<f32> = std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            (0..2)
                .flat_map(|_| numbers(&shared.get(4).unwrap().0))
                .collect()
        });
        reader.join().unwrap()
    });
    assert_eq!(other, twice[4]);
    let again = numbers(&augmented().at_read(4, 1).unwrap().0);
    assert_eq!(again, twice[4][size..]);
}

#[test]
fn wrong_settings_and_images_are_refused_by_name() {
    let wrong: Vec<(Box<dyn Transform>, &str)> = vec![
        (
            Box::new(RandomRotation::new(-5.0)),
            "RandomRotation: degrees is -5, it must be within 0.0..=180.0",
        ),
        (Box::new(RandomRotation::new(f64::NAN)), "degrees is NaN"),
        (
            Box::new(RandomAffine::new(0.0).scale(1.1..=0.9)),
            "scale is 1.1..=0.9",
        ),
        (
            Box::new(RandomAffine::new(0.0).scale(0.0..=1.0)),
            "scale is 0.0..=1.0",
        ),
        (
            Box::new(RandomAffine::new(0.0).translate(0.1, 3.0)),
            "translate is 3",
        ),
        (
            Box::new(RandomAffine::new(0.0).shear(5.0, 90.0)),
            "shear is 90",
        ),
        (Box::new(RandomResizedCrop::new(0)), "size is 0"),
        (
            Box::new(RandomResizedCrop::new(8).scale(0.5..=2.0)),
            "scale is 0.5..=2.0",
        ),
        (
            Box::new(RandomResizedCrop::new(8).ratio(-1.0..=2.0)),
            "ratio is -1.0..=2.0",
        ),
        (Box::new(ElasticTransform::new(1.0, 0.0)), "sigma is 0"),
        (Box::new(RandomBrightness::new(1.5)), "brightness is 1.5"),
        (Box::new(RandomContrast::new(-0.1)), "contrast is -0.1"),
        (Box::new(RandomGamma::new(0.0..=1.0)), "gamma is 0.0..=1.0"),
        (Box::new(GaussianNoise::new(25.0)), "sigma is 25"),
        (
            Box::new(ColorJitter::new().saturation(2.0)),
            "saturation is 2",
        ),
        (Box::new(ColorJitter::new().hue(0.6)), "hue is 0.6"),
        (
            Box::new(GaussianBlur::new(4)),
            "kernel_size is 4, it must be odd, such as 5",
        ),
        (
            Box::new(CoarseDropout::new(1, 4).fill(f32::NAN)),
            "fill is NaN",
        ),
        (Box::new(RandomVerticalFlip::new().p(50.0)), "p is 50"),
    ];
    for (transform, reason) in wrong {
        let message = discs(transform).get(0).unwrap_err().to_string();
        assert!(message.contains(reason), "{message}");
    }
    let normal = Tensor::full(-1f32, (1, SIDE, SIDE), &Device::Cpu).unwrap();
    for transform in &colouring()[..5] {
        let change = transform
            .draw(SIDE, SIDE, &mut ChaCha8Rng::seed_from_u64(1))
            .unwrap();
        let message = change.of_image(&normal).unwrap_err().to_string();
        assert!(
            message.contains("holds -1") && message.contains("augment them first"),
            "{message}"
        );
    }
}

#[test]
fn images_of_any_size_are_changed() {
    for (height, width) in [(1, 1), (1, 9), (3, 2), (40, 5)] {
        for transform in moving().into_iter().chain(colouring()) {
            for seed in 0..5 {
                let change = transform
                    .draw(height, width, &mut ChaCha8Rng::seed_from_u64(seed))
                    .unwrap();
                let grey = Tensor::full(0.5f32, (3, height, width), &Device::Cpu).unwrap();
                let changed = change.of_image(&grey).unwrap();
                assert_eq!(changed.dim(0).unwrap(), 3);
                assert!(
                    numbers(&changed)
                        .iter()
                        .all(|value| (0.0..=1.0).contains(value)),
                    "{transform:?}"
                );
            }
        }
    }
}

#[derive(Deserialize)]
struct Golden {
    image: Vec<f32>,
    affine: Vec<AffineCase>,
    crop: Vec<CropCase>,
    colours: Vec<f32>,
    jitter: Vec<JitterCase>,
}

#[derive(Deserialize)]
struct Moved {
    image: Vec<f32>,
    mask: Vec<f32>,
}

#[derive(Deserialize)]
struct AffineCase {
    angle: f64,
    translate: (f64, f64),
    scale: f64,
    shear: (f64, f64),
    #[serde(flatten)]
    moved: Moved,
}

#[derive(Deserialize)]
struct CropCase {
    corner: (usize, usize),
    sides: (usize, usize),
    size: usize,
    #[serde(flatten)]
    moved: Moved,
}

#[derive(Deserialize)]
struct JitterCase {
    saturation: f32,
    hue: f32,
    image: Vec<f32>,
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("fixtures/torchvision.json")).unwrap()
}

#[test]
fn colours_change_as_in_torchvision() {
    let golden = golden();
    let colours = Tensor::from_vec(golden.colours, (3, 4, 5), &Device::Cpu).unwrap();
    for case in golden.jitter {
        let changed = color_jitter::changed_colours(&colours, case.saturation, case.hue).unwrap();
        for (found, wanted) in numbers(&changed).iter().zip(&case.image) {
            assert!((found - wanted).abs() < 1e-4, "{found}, not {wanted}");
        }
    }
    // A grey image has no colour to change, and four channels are not red, green and blue.
    let change = ColorJitter::new()
        .saturation(0.5)
        .hue(0.5)
        .draw(SIDE, SIDE, &mut ChaCha8Rng::seed_from_u64(1))
        .unwrap();
    let (_, disc) = Discs(1).get(0).unwrap();
    assert_eq!(numbers(&change.of_image(&disc).unwrap()), numbers(&disc));
    let four = Tensor::cat(&[&disc; 4], 0).unwrap();
    let message = change.of_image(&four).unwrap_err().to_string();
    assert!(message.contains("red, green and blue"), "{message}");
}

#[test]
fn pixels_come_from_where_torchvision_takes_them() {
    let golden = golden();
    let image = Tensor::from_vec(golden.image, (1, 6, 9), &Device::Cpu).unwrap();
    let affine = golden.affine.into_iter().map(|case| {
        (
            random_affine::places((6, 9), case.angle, case.translate, case.scale, case.shear),
            case.moved,
        )
    });
    let crop = golden.crop.into_iter().map(|case| {
        (
            random_resized_crop::places(case.corner, case.sides, case.size),
            case.moved,
        )
    });
    for (places, wanted) in affine.chain(crop) {
        let change = Change::Resample(places);
        for (found, wanted) in [
            (change.of_image(&image).unwrap(), wanted.image),
            (change.of_mask(&image).unwrap(), wanted.mask),
        ] {
            for (found, wanted) in numbers(&found).iter().zip(&wanted) {
                assert!(
                    (found - wanted).abs() < 1e-4,
                    "{found}, not {wanted}: {change:?}"
                );
            }
        }
    }
}
