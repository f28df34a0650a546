use super::*;
use candle_core::Device;
use std::collections::HashSet;

/// Images whose pixels are numbered, row by row; one pixel in seven is of class 1.
#[derive(Debug)]
struct Numbered(Vec<(usize, usize)>);

impl Dataset for Numbered {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn get(&self, index: usize) -> Result<(Tensor, Tensor)> {
        let (height, width) = self.0[index];
        let pixels = Tensor::arange(0f32, (height * width) as f32, &Device::Cpu)?;
        let classes = (0..height * width).map(|pixel| f32::from(u8::from(pixel % 7 == 0)));
        let mask = Tensor::from_vec(classes.collect(), (1, height, width), &Device::Cpu)?;
        Ok((pixels.reshape((1, height, width))?, mask))
    }
}

fn patches(images: &[(usize, usize)], size: usize) -> Patches<Numbered> {
    Patches::new(Numbered(images.to_vec()), size).unwrap()
}

fn numbers(patch: &Tensor) -> Vec<f32> {
    patch.flatten_all().unwrap().to_vec1().unwrap()
}

#[test]
fn there_are_as_many_patches_as_padding_and_stride_allow() {
    let image = [(128, 128)];
    assert_eq!(patches(&image, 32).len(), 97 * 97);
    assert_eq!(patches(&image, 32).stride(32).unwrap().len(), 16);
    for border in [Border::Zeros, Border::Reflect] {
        let same = patches(&image, 32).padding(border).unwrap();
        assert_eq!(same.len(), 16_384);
        assert_eq!(same.stride(32).unwrap().len(), 16);
    }
    assert_eq!(patches(&[(31, 200)], 32).len(), 0);
    assert_eq!(patches(&[], 32).len(), 0);
    let odd = patches(&[(9, 8)], 4).stride(3).unwrap();
    assert_eq!(odd.len(), 2 * 2);
    assert_eq!(odd.padding(Border::Zeros).unwrap().len(), 3 * 3);
}

#[test]
fn a_patch_lies_around_its_centre_and_has_its_class_in_images_of_any_size() {
    let patches = patches(&[(2, 9), (4, 5), (3, 3)], 3).stride(2).unwrap();
    assert_eq!(patches.len(), 2 + 1);
    let centre = |image, row, column| Centre { image, row, column };
    let centres: Vec<Centre> = (0..3).map(|index| patches.centre(index).unwrap()).collect();
    assert_eq!(centres, [centre(1, 1, 1), centre(1, 1, 3), centre(2, 1, 1)]);
    let (patch, class) = patches.get(1).unwrap();
    assert_eq!(numbers(&patch), [2., 3., 4., 7., 8., 9., 12., 13., 14.]);
    assert_eq!(class.to_scalar::<u32>().unwrap(), 0);
    let message = patches.get(3).unwrap_err().to_string();
    assert!(message.contains("no patch 3, there are 3"), "{message}");
}

#[test]
fn an_even_patch_has_its_centre_right_below_the_middle_and_padding_surrounds_it() {
    let image = [(3, 4)];
    let unpadded = patches(&image, 2);
    assert_eq!(
        (
            unpadded.centre(0).unwrap().row,
            unpadded.centre(0).unwrap().column
        ),
        (1, 1)
    );
    let zeros = patches(&image, 2).padding(Border::Zeros).unwrap();
    let (patch, class) = zeros.get(0).unwrap();
    assert_eq!(
        (numbers(&patch), class.to_scalar::<u32>().unwrap()),
        (vec![0., 0., 0., 0.], 1)
    );
    assert_eq!(numbers(&zeros.get(4).unwrap().0), [0., 0., 0., 4.]);
    let mirrored = patches(&image, 4).padding(Border::Reflect).unwrap();
    // Around pixel 11, in the last row and column.
    let (patch, _) = mirrored.get(11).unwrap();
    assert_eq!(
        numbers(&patch),
        [
            1., 2., 3., 2., 5., 6., 7., 6., 9., 10., 11., 10., 5., 6., 7., 6.
        ]
    );
    let all = Border::Reflect
        .pad(&mirrored.dataset.get(0).unwrap().0, 4)
        .unwrap();
    for index in 0..12 {
        let centre = mirrored.centre(index).unwrap();
        let cut = all
            .narrow(1, centre.row, 4)
            .unwrap()
            .narrow(2, centre.column, 4)
            .unwrap();
        assert_eq!(numbers(&mirrored.get(index).unwrap().0), numbers(&cut));
    }
}

#[test]
fn a_balanced_draw_has_each_class_equally_often_no_patch_twice_and_follows_the_seed() {
    let draw = |count, seed| {
        let all = patches(&[(20, 20), (30, 10)], 3)
            .padding(Border::Reflect)
            .unwrap();
        all.balanced(count, seed)
    };
    let drawn = draw(60, 5).unwrap();
    assert_eq!(drawn.len(), 120);
    let classes: Vec<u32> = (0..120)
        .map(|index| drawn.get(index).unwrap().1.to_scalar().unwrap())
        .collect();
    assert_eq!(classes.iter().sum::<u32>(), 60);
    let centres = |patches: &Patches<Numbered>| -> HashSet<Centre> {
        (0..120)
            .map(|index| patches.centre(index).unwrap())
            .collect()
    };
    assert_eq!(centres(&drawn).len(), 120);
    let images: HashSet<usize> = centres(&drawn)
        .into_iter()
        .map(|centre| centre.image)
        .collect();
    assert_eq!(images.len(), 2, "both images have patches");
    assert_eq!(centres(&draw(60, 5).unwrap()), centres(&drawn));
    assert_ne!(centres(&draw(60, 6).unwrap()), centres(&drawn));
    let message = draw(102, 5).unwrap_err().to_string();
    assert!(
        message.contains("class 1 has 101 patches, fewer than 102"),
        "{message}"
    );
    assert!(
        drawn
            .stride(2)
            .unwrap_err()
            .to_string()
            .contains("before `.balanced")
    );
}

/// A sample that is no image with a mask, or a mask that holds no classes.
#[derive(Debug)]
struct Only(Tensor, Tensor);

impl Dataset for Only {
    fn len(&self) -> usize {
        1
    }

    fn get(&self, _: usize) -> Result<(Tensor, Tensor)> {
        Ok((self.0.clone(), self.1.clone()))
    }
}

#[test]
fn what_cannot_be_cut_is_refused_with_a_reason() {
    let image = || Tensor::zeros((3, 4, 4), DType::F32, &Device::Cpu).unwrap();
    let mask = |value: f32| Tensor::full(value, (1, 4, 4), &Device::Cpu).unwrap();
    let class = Tensor::new(1u32, &Device::Cpu).unwrap();
    let message = |error: Error| error.to_string();
    assert!(
        message(Patches::new(Only(image(), class), 2).unwrap_err()).contains("its mask (1, H, W)")
    );
    assert!(
        message(Patches::new(Only(image(), mask(0.)), 0).unwrap_err())
            .contains("at least one pixel")
    );
    let all = || Patches::new(Only(image(), mask(f32::NAN)), 2).unwrap();
    assert!(message(all().stride(0).unwrap_err()).contains("at least 1"));
    assert!(message(all().get(0).unwrap_err()).contains("holds NaN in row 1 and column 1"));
    assert!(all().balanced(1, 1).is_err());
    let large = Patches::new(Only(image(), mask(0.)), 8).unwrap();
    assert!(message(large.padding(Border::Reflect).unwrap_err()).contains("more than 4 rows"));
}
