//! What holds for every shape: gradients agree with differences, and results depend neither on the number of threads nor on the
//! input's layout in memory. Shapes are drawn at random, odd and small ones included.

use super::gradient_check::{assert_gradients, normal};
use super::*;
use crate::{Result, Tensor, Var};
use candle_core::{DType, Device};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// Each case differentiates by every element of every input.
const CASES: u32 = 48;

/// The same shapes in every run, so that a failure comes from a change in the code; `PROPTEST_RNG_SEED=n` draws others.
fn cases() -> ProptestConfig {
    let usual = ProptestConfig::with_cases(CASES);
    ProptestConfig {
        failure_persistence: None,
        rng_seed: match usual.rng_seed {
            RngSeed::Random => RngSeed::Fixed(1),
            chosen => chosen,
        },
        ..usual
    }
}

fn pair(range: std::ops::RangeInclusive<usize>) -> impl Strategy<Value = (usize, usize)> {
    (range.clone(), range)
}

fn activation() -> impl Strategy<Value = Activation> {
    prop_oneof![
        Just(Activation::Identity),
        Just(Activation::LeakyRelu(0.1)),
        Just(Activation::Elu(1.0)),
        Just(Activation::Sigmoid),
        Just(Activation::Tanh),
        Just(Activation::Softplus(2.0)),
    ]
}

prop_compose! {
    fn epilogue()(activation in activation(), drops: bool, seed: u64) -> Epilogue {
        let dropout = drops.then(|| Mask::new(0.3, seed));
        Epilogue { activation, dropout }
    }
}

prop_compose! {
    /// An image that may be transposed in memory.
    fn image()(n in 1..=2usize, c in 1..=3usize, (h, w) in pair(1..=7), turned: bool, seed: u64) -> Tensor {
        match turned {
            true => normal(&[n, c, w, h], seed).transpose(2, 3).unwrap(),
            false => normal(&[n, c, h, w], seed),
        }
    }
}

prop_compose! {
    fn convolution()(
        (h, w) in pair(1..=7),
        [n, inputs, outputs] in [1..=2usize, 1..=2, 1..=3],
        groups in 1..=3usize,
        kernel in pair(1..=4),
        stride in pair(1..=4),
        padding in pair(0..=3),
        dilation in pair(1..=2),
        replicate: bool,
        activation in activation(),
        seed: u64,
    ) -> ([Tensor; 3], ConvOptions) {
        let mode = if replicate { PaddingMode::Replicate } else { PaddingMode::Zeros };
        let options = ConvOptions::new().stride(stride).padding(padding).dilation(dilation);
        let input = normal(&[n, inputs * groups, w, h], seed).transpose(2, 3).unwrap();
        let weight = normal(&[outputs * groups, inputs, kernel.0, kernel.1], seed ^ 1);
        let bias = normal(&[outputs * groups], seed ^ 2);
        ([input, weight, bias], options.groups(groups).padding_mode(mode).activation(activation))
    }
}

prop_compose! {
    fn transposed_convolution()(
        (h, w) in pair(1..=4),
        [n, inputs, outputs] in [1..=2usize, 1..=2, 1..=2],
        groups in 1..=2usize,
        kernel in pair(1..=4),
        stride in pair(1..=3),
        padding in pair(0..=1),
        output_padding in pair(0..=2),
        dilation in pair(1..=2),
        seed: u64,
    ) -> ([Tensor; 3], ConvTransposeOptions) {
        let options = ConvTransposeOptions::new().stride(stride).padding(padding);
        let input = normal(&[n, inputs * groups, h, w], seed);
        let weight = normal(&[inputs * groups, outputs, kernel.0, kernel.1], seed ^ 1);
        let bias = normal(&[outputs * groups], seed ^ 2);
        ([input, weight, bias], options.output_padding(output_padding).dilation(dilation).groups(groups))
    }
}

prop_compose! {
    fn pooling()(kernel in pair(1..=4), stride in pair(1..=4), padding in pair(0..=2), ceil: bool, count: bool) -> PoolOptions {
        PoolOptions::new(kernel).stride(stride).padding(padding).ceil_mode(ceil).count_include_pad(count)
    }
}

/// Checks gradients where the shapes fit; the others are refused, which is right as well.
fn gradients_agree(
    inputs: &[Tensor],
    operation: impl Fn(&[Tensor]) -> Result<Tensor>,
) -> std::result::Result<(), TestCaseError> {
    prop_assume!(operation(inputs).is_ok());
    assert_gradients(inputs, operation);
    Ok(())
}

fn bits(tensor: &Tensor) -> Vec<u64> {
    let numbers: Vec<f64> = tensor.flatten_all().unwrap().to_vec1().unwrap();
    numbers.into_iter().map(f64::to_bits).collect()
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn sizes_by_formula_count_the_places_of_the_window(
        size in 1..=9usize, kernel in 1..=4usize, stride in 1..=4usize, padding in 0..=2usize, dilation in 1..=3usize,
    ) {
        let image = normal(&[1, 1, size, size], 1);
        let weight = normal(&[1, 1, kernel, kernel], 2);
        let options = ConvOptions::new().stride(stride).padding(padding).dilation(dilation);
        let output = conv2d(&image, &weight, None, &options).ok().map(|output| output.dims()[3]);
        let fits = |place: &usize| place * stride + dilation * (kernel - 1) < size + 2 * padding;
        let places = Some((0..).take_while(fits).count()).filter(|&places| places > 0);
        prop_assert_eq!(output, places);
        prop_assert_eq!(conv_output_size(size, kernel, stride, padding, dilation).ok(), places);
    }

    #[test]
    fn sizes_by_formula_are_those_of_transposed_convolutions(
        [size, kernel, stride, dilation] in [1..=5usize, 1..=4, 1..=3, 1..=3], padding in 0..=2usize, more in 0..=2usize,
    ) {
        let image = normal(&[1, 1, size, size], 1);
        let weight = normal(&[1, 1, kernel, kernel], 2);
        let options = ConvTransposeOptions::new().stride(stride).padding(padding).output_padding(more).dilation(dilation);
        let output = conv_transpose2d(&image, &weight, None, &options).ok().map(|output| output.dims()[3]);
        let formula = conv_transpose_output_size(size, kernel, stride, padding, more, dilation).ok();
        prop_assert_eq!(output, formula);
        if let Some(output) = formula {
            // The convolution that it is the transpose of leads back.
            prop_assert_eq!(conv_output_size(output, kernel, stride, padding, dilation).ok(), Some(size + more / stride));
        }
    }

    #[test]
    fn gradients_of_convolutions((inputs, options) in convolution()) {
        gradients_agree(&inputs, |inputs| conv2d(&inputs[0], &inputs[1], Some(&inputs[2]), &options))?;
    }

    #[test]
    fn gradients_of_transposed_convolutions((inputs, options) in transposed_convolution()) {
        gradients_agree(&inputs, |inputs| conv_transpose2d(&inputs[0], &inputs[1], Some(&inputs[2]), &options))?;
    }

    #[test]
    fn gradients_of_convolutions_of_signals_and_volumes(depth in 1..=4usize, stride in 1..=3usize, padding in 0..=2usize, seed: u64) {
        let within_slices = ConvOptions::new().stride(stride).padding(padding);
        let signal = [normal(&[2, 2, 3 + depth], seed), normal(&[3, 2, depth], 1), normal(&[3], 2)];
        gradients_agree(&signal, |inputs| conv1d(&inputs[0], &inputs[1], Some(&inputs[2]), &within_slices))?;
        let options = Conv3dOptions { depth_stride: stride, depth_padding: padding, depth_dilation: 1, within_slices };
        let volume = [normal(&[1, 2, 4, 3, 2], seed), normal(&[2, 2, depth, 2, 1], 1), normal(&[2], 2)];
        gradients_agree(&volume, |inputs| conv3d(&inputs[0], &inputs[1], Some(&inputs[2]), &options))?;
    }

    #[test]
    fn gradients_of_pooling(image in image(), options in pooling()) {
        let image = [image];
        gradients_agree(&image, |inputs| max_pool2d(&inputs[0], &options))?;
        gradients_agree(&image, |inputs| min_pool2d(&inputs[0], &options))?;
        gradients_agree(&image, |inputs| avg_pool2d(&inputs[0], &options))?;
    }

    /// Whole numbers, so that maxima are often equal: each window's gradient goes to the one place that its index names.
    #[test]
    fn of_equal_maxima_one_gets_the_gradient(image in image(), options in pooling()) {
        let image = Var::from_tensor(&image.round().unwrap().contiguous().unwrap()).unwrap();
        let pooled = max_pool2d_with_indices(&image, &options);
        prop_assume!(pooled.is_ok());
        let (pooled, indices) = pooled.unwrap();
        let gradient = pooled.sum_all().unwrap().backward().unwrap().remove(&image).unwrap();
        let (n, c, h, w) = image.dims4().unwrap();
        let mut wanted = vec![0.0; n * c * h * w];
        let planes = indices.reshape((n * c, ())).unwrap().to_vec2::<u32>().unwrap();
        for (plane, places) in planes.iter().enumerate() {
            places.iter().for_each(|&place| wanted[plane * h * w + place as usize] += 1.0);
        }
        prop_assert_eq!(gradient.flatten_all().unwrap().to_vec1::<f64>().unwrap(), wanted);
    }

    #[test]
    fn gradients_of_resampling(image in image(), size in pair(1..=9)) {
        let image = [image];
        gradients_agree(&image, |inputs| adaptive_avg_pool2d(&inputs[0], size))?;
        gradients_agree(&image, |inputs| upsample_nearest2d(&inputs[0], size))?;
        for align_corners in [false, true] {
            gradients_agree(&image, |inputs| upsample_bilinear2d(&inputs[0], size, align_corners))?;
        }
    }

    #[test]
    fn gradients_of_normalisation(image in image(), activation in activation(), seed: u64) {
        let channels = image.dim(1).unwrap();
        let (mean, variance) = (normal(&[channels], seed), normal(&[channels], seed ^ 3).sqr().unwrap());
        let inputs = [image, normal(&[channels], seed ^ 1), normal(&[channels], seed ^ 2)];
        // With two numbers a channel, their difference all but vanishes in the result, and differences see only noise.
        if inputs[0].elem_count() > 2 * channels {
            gradients_agree(&inputs, |inputs| {
                let (mean, variance) = batch_statistics(&inputs[0])?;
                let statistics = (&mean, &variance, true);
                normalize(&inputs[0], &inputs[1], &inputs[2], statistics, 1e-5, activation)
            })?;
        }
        let statistics = Statistics::Running { mean, variance };
        gradients_agree(&inputs, |inputs| batch_norm(&inputs[0], &inputs[1], &inputs[2], &statistics, 1e-2))?;
    }

    #[test]
    fn gradients_of_layers_and_losses([rows, columns, features] in [1..=5usize, 1..=9, 1..=9], epilogue in epilogue(), seed: u64) {
        let inputs = [normal(&[rows, features], seed), normal(&[columns, features], 1), normal(&[columns], 2)];
        gradients_agree(&inputs, |inputs| linear_with(&inputs[0], &inputs[1], Some(&inputs[2]), epilogue))?;
        gradients_agree(&inputs[..1], |inputs| epilogue.forward(&inputs[0]))?;
        let other = [inputs[0].clone(), normal(&[rows, features], seed ^ 1)];
        gradients_agree(&other, |inputs| add_with(&inputs[0], &inputs[1], epilogue))?;
        // Targets from 0 to 1, as masks are: with others the sum below Dice's fraction may come near 0.
        let masks = [inputs[0].clone(), sigmoid(&other[1]).unwrap()];
        for loss in [bce_with_logits, dice_loss, bce_dice_loss] {
            gradients_agree(&masks, |inputs| loss(&inputs[0], &inputs[1]))?;
        }
        let classes = Tensor::from_iter((0..rows).map(|row| (row % features) as u32), &Device::Cpu).unwrap();
        gradients_agree(&inputs[..1], |inputs| cross_entropy(&inputs[0], &classes))?;
        gradients_agree(&inputs[..1], |inputs| nll_loss(&log_softmax(&inputs[0], 1)?, &classes))?;
        gradients_agree(&[normal(&[rows, 2 * features, 2], seed)], |inputs| maxout(&inputs[0], features))?;
    }

    /// Bit by bit.
    #[test]
    fn results_and_gradients_do_not_depend_on_the_number_of_threads((inputs, options) in convolution(), more in 1..=40usize) {
        let image = normal(&[more, inputs[0].dim(1).unwrap(), 13, 11], 1);
        let compute = || -> Result<Vec<Vec<u64>>> {
            let variables = [&image, &inputs[1], &inputs[2]].map(|input| Var::from_tensor(input).unwrap());
            let [image, weight, bias] = &variables;
            let convolved = conv2d(image, weight, Some(bias), &options)?;
            let loss = bce_with_logits(&convolved, &convolved.zeros_like()?)?;
            let gradients = backward(&loss)?;
            let of_variables = variables.iter().map(|variable| bits(gradients.get(variable).unwrap()));
            Ok([bits(&convolved)].into_iter().chain(of_variables).collect())
        };
        let with = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(compute)
        };
        prop_assume!(compute().is_ok());
        let alone = with(1).unwrap();
        for threads in [2, 3, 7] {
            prop_assert!(alone == with(threads).unwrap(), "{} threads", threads);
        }
    }
}

#[test]
fn nan_and_infinity_show_in_all_that_depends_on_them() {
    for strange in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let mut numbers = vec![0.5; 2 * 9];
        numbers[4] = strange;
        let image = Tensor::from_vec(numbers, (1, 2, 3, 3), &Device::Cpu).unwrap();
        let ones = |shape: &[usize]| Tensor::ones(shape, DType::F64, &Device::Cpu).unwrap();
        let found = |tensor: Result<Tensor>| {
            let numbers: Vec<f64> = tensor.unwrap().flatten_all().unwrap().to_vec1().unwrap();
            numbers
                .iter()
                .map(|number| !number.is_finite())
                .collect::<Vec<_>>()
        };
        let middle: Vec<bool> = (0..18).map(|place| place == 4).collect();
        let options = ConvOptions::new();
        // In the middle of the first channel, which reaches one of four results.
        assert_eq!(
            found(conv2d(&image, &ones(&[1, 2, 3, 3]), None, &options)),
            [true]
        );
        assert_eq!(
            found(conv2d(&image, &ones(&[2, 2, 1, 1]), None, &options)),
            [&middle[..9], &middle[..9]].concat()
        );
        let only_positive = strange == f64::INFINITY;
        if strange.is_nan() || only_positive {
            assert_eq!(found(relu(&image)), middle);
            assert_eq!(
                found(max_pool2d(&image, &PoolOptions::new(3))),
                [true, false]
            );
            assert_eq!(found(softplus(&image, 1.0)), middle);
        }
        if strange.is_nan() {
            assert_eq!(found(sigmoid(&image)), middle);
            assert_eq!(found(tanh(&image)), middle);
            assert_eq!(found(elu(&image, 1.0)), middle);
            assert_eq!(
                found(min_pool2d(&image, &PoolOptions::new(3))),
                [true, false]
            );
        }
        assert_eq!(found(leaky_relu(&image, 0.1)), middle);
        assert_eq!(
            found(avg_pool2d(&image, &PoolOptions::new(3))),
            [true, false]
        );
        assert_eq!(
            found(bce_with_logits(&image, &image.zeros_like().unwrap())).len(),
            1
        );
        let (weight, bias) = (ones(&[2]), ones(&[2]));
        let normal = found(batch_norm(&image, &weight, &bias, &Statistics::Batch, 1e-5));
        assert!(normal[..9].iter().all(|&strange| strange) && !normal[9..].contains(&true));
    }
}
