//! On a GPU operations give what they give on the CPU, and the same each time.
//!
//! `cargo test --features cuda,cudnn --test cuda -- --ignored`, on a machine that has one.

#![cfg(feature = "cuda")]

use candle_core::{DType, Device};
use eosin::data::{BatchIterator, Batches};
use eosin::nn::{MnistModel, Module, UNet};
use eosin::ops::*;
use eosin::train::{Adam, Trainer};
use eosin::{Result, Tensor, Var};

/// Relative to the largest number of a tensor.
const TOLERANCE: f64 = 1e-4;

fn gpu() -> Device {
    Device::new_cuda(0).expect("an NVIDIA GPU")
}

/// Numbers between -2 and 2 that look random.
fn wave(shape: &[usize], seed: usize) -> Tensor {
    let count: usize = shape.iter().product();
    let numbers: Vec<f64> = (0..count)
        .map(|index| 2.0 * ((index * index + 7 * index + 31 * seed) as f64).sin())
        .collect();
    Tensor::from_vec(numbers, shape, &Device::Cpu).unwrap()
}

fn numbers(tensor: &Tensor) -> Vec<f64> {
    let flat = tensor.to_dtype(DType::F64).unwrap().flatten_all().unwrap();
    flat.to_vec1().unwrap()
}

fn assert_close(what: &str, found: &Tensor, wanted: &Tensor, tolerance: f64) {
    assert_eq!(found.dims(), wanted.dims(), "{what}");
    let (found, wanted) = (numbers(found), numbers(wanted));
    let largest = wanted.iter().fold(1e-6, |most: f64, x| most.max(x.abs()));
    for (place, (found, wanted)) in found.iter().zip(&wanted).enumerate() {
        let difference = (found - wanted).abs() / largest;
        assert!(
            difference <= tolerance,
            "{what}: number {place} is {found}, not {wanted}"
        );
    }
}

/// The result of an operation and the gradients of its inputs, there.
fn on(
    device: &Device,
    dtype: DType,
    inputs: &[Tensor],
    operation: &dyn Fn(&[Tensor]) -> Result<Tensor>,
) -> Vec<Tensor> {
    let there = |tensor: &Tensor| tensor.to_dtype(dtype).unwrap().to_device(device).unwrap();
    let variables: Vec<Var> = inputs
        .iter()
        .map(|input| Var::from_tensor(&there(input)).unwrap())
        .collect();
    let tensors: Vec<Tensor> = variables
        .iter()
        .map(|variable| variable.as_tensor().clone())
        .collect();
    let result = operation(&tensors).unwrap();
    let weights = there(&wave(result.dims(), 99));
    let loss = (&result * weights).unwrap().sum_all().unwrap();
    let gradients = loss.backward().unwrap();
    let of_inputs = variables
        .iter()
        .filter_map(|variable| gradients.get(variable).cloned());
    std::iter::once(result.detach()).chain(of_inputs).collect()
}

/// Result and gradients are the CPU's, for both types, and the same when computed again.
fn agree(name: &str, shapes: &[&[usize]], operation: impl Fn(&[Tensor]) -> Result<Tensor>) {
    let inputs: Vec<Tensor> = (1..)
        .zip(shapes)
        .map(|(seed, shape)| wave(shape, seed))
        .collect();
    let gpu = gpu();
    for dtype in [DType::F32, DType::F64] {
        let wanted = on(&Device::Cpu, dtype, &inputs, &operation);
        let found = on(&gpu, dtype, &inputs, &operation);
        let again = on(&gpu, dtype, &inputs, &operation);
        assert_eq!(found.len(), wanted.len(), "{name}: gradients");
        for (place, (found, wanted)) in found.iter().zip(&wanted).enumerate() {
            let what = match place {
                0 => format!("{name}, {dtype:?}"),
                input => format!("{name}, {dtype:?}, gradient of input {input}"),
            };
            assert_close(&what, found, wanted, TOLERANCE);
            assert_eq!(numbers(found), numbers(&again[place]), "{what}, again");
        }
    }
}

#[test]
#[ignore = "needs an NVIDIA GPU"]
fn convolutions_agree() {
    let with = ConvOptions::new;
    for (input, weight, options) in [
        ([2, 3, 8, 7], [4, 3, 3, 3], with().padding(1)),
        ([1, 1, 1, 1], [1, 1, 1, 1], with()),
        ([2, 1, 80, 70], [2, 1, 3, 3], with().padding(1)),
        ([2, 3, 9, 8], [5, 3, 5, 5], with().padding(2).stride(2)),
        ([1, 2, 11, 10], [3, 2, 2, 2], with().stride(3)),
        ([1, 2, 9, 11], [2, 2, 3, 3], with().dilation(2).padding(2)),
        (
            [2, 1, 12, 9],
            [2, 1, 3, 2],
            with().stride((2, 3)).dilation((3, 2)).padding((1, 2)),
        ),
        ([1, 4, 5, 5], [6, 2, 3, 3], with().groups(2).padding(1)),
        (
            [1, 2, 4, 5],
            [2, 2, 3, 3],
            with().padding((1, 2)).padding_mode(PaddingMode::Replicate),
        ),
        (
            [2, 2, 6, 5],
            [3, 2, 3, 3],
            with()
                .padding(1)
                .activation(Activation::Elu(1.0))
                .dropout(0.3, 5),
        ),
    ] {
        let name = format!("{input:?} by {weight:?}, {options:?}");
        agree(&name, &[&input, &weight, &weight[..1]], |x| {
            conv2d(&x[0], &x[1], Some(&x[2]), &options)
        });
        agree(&name, &[&input, &weight], |x| {
            conv2d(&x[0], &x[1], None, &options)
        });
    }
}

#[test]
#[ignore = "needs an NVIDIA GPU"]
fn transposed_convolutions_agree() {
    let with = ConvTransposeOptions::new;
    for (input, weight, options) in [
        ([2, 3, 4, 5], [3, 2, 2, 2], with().stride(2)),
        (
            [1, 2, 4, 3],
            [2, 2, 3, 3],
            with().stride(2).padding(1).output_padding(1),
        ),
        ([2, 1, 5, 4], [1, 2, 3, 2], with().dilation(2).padding(1)),
        ([1, 4, 3, 3], [4, 2, 2, 2], with().stride((2, 1)).groups(2)),
    ] {
        let outputs = if input[1] == 4 { 4 } else { weight[1] };
        agree(
            &format!("{options:?}"),
            &[&input, &weight, &[outputs]],
            |x| conv_transpose2d(&x[0], &x[1], Some(&x[2]), &options),
        );
    }
}

#[test]
#[ignore = "needs an NVIDIA GPU"]
fn pooling_and_resampling_agree() {
    let image: &[usize] = &[2, 3, 7, 8];
    for options in [
        PoolOptions::new(2),
        PoolOptions::new(3).stride(2).padding(1),
        PoolOptions::new((3, 2))
            .stride(2)
            .padding((1, 0))
            .ceil_mode(true),
    ] {
        agree(&format!("max, {options:?}"), &[image], |x| {
            max_pool2d(&x[0], &options)
        });
        agree(&format!("min, {options:?}"), &[image], |x| {
            min_pool2d(&x[0], &options)
        });
        agree(&format!("mean, {options:?}"), &[image], |x| {
            avg_pool2d(&x[0], &options)
        });
        agree(&format!("unpooled, {options:?}"), &[image], |x| {
            let (pooled, indices) = max_pool2d_with_indices(&x[0], &options)?;
            max_unpool2d(&pooled, &indices, (7, 8))
        });
    }
    agree("adaptive", &[image], |x| adaptive_avg_pool2d(&x[0], (3, 2)));
    agree("nearest", &[image], |x| upsample_nearest2d(&x[0], (10, 17)));
    for align in [false, true] {
        agree("bilinear", &[image], |x| {
            upsample_bilinear2d(&x[0], (10, 17), align)
        });
    }
    agree("shuffled", &[&[2, 8, 3, 5]], |x| pixel_shuffle(&x[0], 2));
    agree("side by side", &[image, &[2, 1, 7, 8]], |x| {
        concat_channels(&x[0], &x[1])
    });
    // Parts of tensors: an operation must look where they begin.
    agree("a part", &[&[4, 3, 7, 8]], |x| {
        let part = x[0].narrow(0, 1, 2)?;
        let pooled = max_pool2d(&part, &PoolOptions::new(2))?;
        concat_channels(
            &pixel_shuffle(&part.narrow(1, 1, 1)?, 1)?
                .narrow(2, 0, 3)?
                .narrow(3, 1, 4)?,
            &pooled,
        )
    });
}

#[test]
#[ignore = "needs an NVIDIA GPU"]
fn activations_dropout_and_normalisation_agree() {
    for activation in [
        Activation::Relu,
        Activation::LeakyRelu(0.1),
        Activation::Elu(0.7),
        Activation::Sigmoid,
        Activation::Tanh,
        Activation::Softplus(1.5),
    ] {
        agree(&format!("{activation:?}"), &[&[300]], |x| {
            activation.forward(&x[0])
        });
        agree(
            &format!("linear, {activation:?}"),
            &[&[5, 7], &[3, 7], &[3]],
            |x| activation.forward(&linear(&x[0], &x[1], Some(&x[2]))?),
        );
        agree(
            &format!("sum, {activation:?}"),
            &[&[3, 100], &[3, 100]],
            |x| activation.forward(&add(&x[0], &x[1])?),
        );
    }
    agree("flatten", &[&[2, 3, 4, 5]], |x| flatten(&x[0]));
    agree("dropout", &[&[3, 400]], |x| dropout(&x[0], 0.3, 7));
    let shapes: [&[usize]; 3] = [&[3, 2, 4, 5], &[2], &[2]];
    agree("of the batch", &shapes, |x| {
        batch_norm(&x[0], &x[1], &x[2], &Statistics::Batch, 1e-5)
    });
    agree("of before", &shapes, |x| {
        let there = |tensor: Tensor| tensor.to_dtype(x[0].dtype())?.to_device(x[0].device());
        let statistics = Statistics::Running {
            mean: there(wave(&[2], 4))?,
            variance: there(wave(&[2], 5).sqr()?)?,
        };
        batch_norm(&x[0], &x[1], &x[2], &statistics, 1e-5)
    });
}

#[test]
#[ignore = "needs an NVIDIA GPU"]
fn losses_agree_and_a_wrong_class_is_seen() {
    let masks: [&[usize]; 2] = [&[2, 1, 8, 9], &[2, 1, 8, 9]];
    agree("bce", &masks, |x| bce_with_logits(&x[0], &x[1]));
    agree("dice", &masks, |x| dice_loss(&x[0], &x[1]));
    agree("both", &masks, |x| bce_dice_loss(&x[0], &x[1]));
    agree("classes", &[&[70, 5]], |x| {
        let classes: Vec<u32> = (0..70).map(|row| row * row % 5).collect();
        cross_entropy(&x[0], &Tensor::new(classes, x[0].device())?)
    });
    let logits = wave(&[2, 3], 1).to_device(&gpu()).unwrap();
    let classes = Tensor::new(&[1u32, 3], logits.device()).unwrap();
    assert!(numbers(&cross_entropy(&logits, &classes).unwrap())[0].is_nan());
}

/// Loss and gradients of one step.
fn step(
    model: &dyn Module,
    loss: impl Fn(&Tensor) -> Result<Tensor>,
    images: &Tensor,
) -> (f64, Vec<Tensor>) {
    let loss = loss(&model.forward(images).unwrap()).unwrap();
    let gradients = backward(&loss).unwrap();
    let parameters = model.parameters();
    let of_parameters = parameters.iter().map(|(name, variable)| {
        gradients
            .get(variable)
            .unwrap_or_else(|| panic!("{name}"))
            .clone()
    });
    (numbers(&loss)[0], of_parameters.collect())
}

/// The models have the same values and masks for the same seed, wherever they are.
fn steps_agree(
    on_cpu: &dyn Module,
    on_gpu: &dyn Module,
    images: &Tensor,
    loss: impl Fn(&Tensor) -> Result<Tensor>,
) {
    let images = images.to_dtype(DType::F32).unwrap();
    let (wanted, gradients) = step(on_cpu, &loss, &images);
    let (found, there) = step(on_gpu, &loss, &images.to_device(&gpu()).unwrap());
    assert!(
        (found - wanted).abs() < TOLERANCE * wanted,
        "{found}, not {wanted}"
    );
    let parameters = on_cpu.parameters();
    for (((name, _), found), wanted) in parameters.iter().zip(&there).zip(&gradients) {
        assert_close(name, found, wanted, 10.0 * TOLERANCE);
    }
}

#[test]
#[ignore = "needs an NVIDIA GPU"]
fn a_step_of_the_unet_agrees() {
    let (on_cpu, on_gpu) = (
        UNet::new(3, &Device::Cpu).unwrap(),
        UNet::new(3, &gpu()).unwrap(),
    );
    steps_agree(&on_cpu, &on_gpu, &wave(&[2, 3, 32, 48], 1), |logits| {
        let mask = wave(&[2, 1, 32, 48], 2).gt(0.0)?;
        let mask = mask.to_dtype(DType::F32)?.to_device(logits.device())?;
        bce_dice_loss(logits, &mask)
    });
}

#[test]
#[ignore = "needs an NVIDIA GPU"]
fn a_step_of_the_digits_network_agrees() {
    let (on_cpu, on_gpu) = (
        MnistModel::new(3, &Device::Cpu).unwrap(),
        MnistModel::new(3, &gpu()).unwrap(),
    );
    steps_agree(&on_cpu, &on_gpu, &wave(&[4, 1, 28, 28], 1), |logits| {
        cross_entropy(logits, &Tensor::new(&[3u32, 1, 4, 1], logits.device())?)
    });
}

/// The same few images in each epoch, on the CPU.
struct Images(usize);

impl Batches for Images {
    fn batches(&self, _: usize) -> BatchIterator<'_> {
        Box::new((0..self.0).map(|index| {
            let image = wave(&[1, 3, 16, 16], index).to_dtype(DType::F32)?;
            let mask = image.narrow(1, 0, 1)?.gt(0.0)?.to_dtype(DType::F32)?;
            Ok((image, mask))
        }))
    }

    fn len(&self) -> usize {
        self.0
    }
}

#[test]
#[ignore = "needs an NVIDIA GPU"]
fn training_goes_the_same_way() {
    let losses = |device: &Device| {
        let model = UNet::new(5, device).unwrap();
        let trainer = Trainer::new(&model, bce_dice_loss).optimizer(Adam::new(1e-3));
        let history = trainer.epochs(2).fit(&Images(3), &Images(1)).unwrap();
        history.batch_losses
    };
    let (wanted, found, again) = (losses(&Device::Cpu), losses(&gpu()), losses(&gpu()));
    assert_eq!(found, again);
    for (found, wanted) in found.iter().zip(&wanted) {
        assert!(
            (found - wanted).abs() < 10.0 * TOLERANCE * wanted,
            "{found}, not {wanted}"
        );
    }
}
