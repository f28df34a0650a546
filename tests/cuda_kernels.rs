//! The kernels for GPUs do what the operations on the CPU do. Nobody needs a GPU to know: with `cuda_kernels/device.h` they are
//! plain C++, which is compiled here and run by the processor's threads.

use candle_core::{DType, Device, WithDType};
use eosin::nn::Parameters;
use eosin::ops::*;
use eosin::train::{Adam, AdamW, Optimizer, RmsProp, Sgd};
use eosin::{Tensor, Var};
use std::ffi::c_void;
use std::path::Path;
use std::process::Command;

/// Not CUDA's usual sizes: kernels must not rely on any.
const THREADS: usize = 64;
const THREADS_OF_A_SUM: usize = 32;

/// A file of kernels, compiled for one type of numbers.
struct Kernels {
    library: libloading::Library,
    _folder: tempfile::TempDir,
}

impl Kernels {
    fn compile<T: Number>(name: &str) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let read = |path: &str| std::fs::read_to_string(root.join(path)).unwrap();
        let source = read(&format!("src/ops/cuda/{name}.cu"));
        let callable: String = source
            .split("__global__ void ")
            .skip(1)
            .map(|kernel| format!("CALLABLE({})\n", kernel.split('(').next().unwrap()))
            .collect();
        let device = read("tests/cuda_kernels/device.h");
        let begin = read("src/ops/cuda/kernel.cuh");
        let folder = tempfile::tempdir().unwrap();
        let (program, library) = (folder.path().join("k.cpp"), folder.path().join("k.so"));
        std::fs::write(&program, [device, begin, source, callable].join("\n")).unwrap();
        let output = Command::new("c++")
            .args(["-std=c++17", "-O1", "-Wall", "-Werror", "-shared", "-fPIC"])
            .arg(format!("-DNumber={}", T::NAME))
            .arg(&program)
            .arg("-o")
            .arg(&library)
            .output()
            .expect("the tests need a C++ compiler, `c++`");
        assert!(
            output.status.success(),
            "{name}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        // SAFETY: the library runs nothing when it is loaded.
        let library = unsafe { libloading::Library::new(&library) }.unwrap();
        Kernels {
            library,
            _folder: folder,
        }
    }

    fn run(&self, kernel: &str, blocks: usize, threads: usize, parameters: &mut [*mut c_void]) {
        type Run = unsafe extern "C" fn(u32, u32, *mut *mut c_void);
        // SAFETY: `device.h` defines the function so; tests give the parameters that the kernel declares.
        unsafe {
            let run = self.library.get::<Run>(format!("run_{kernel}")).unwrap();
            run(blocks as u32, threads as u32, parameters.as_mut_ptr());
        }
    }
}

trait Number: WithDType + std::fmt::Debug {
    /// The type's name in C++.
    const NAME: &'static str;
    /// How far the same computation in another order may be off.
    const TOLERANCE: f64;
}

impl Number for f32 {
    const NAME: &'static str = "float";
    const TOLERANCE: f64 = 2e-6;
}

impl Number for f64 {
    const NAME: &'static str = "double";
    const TOLERANCE: f64 = 1e-13;
}

/// Runs a kernel with a thread for each of so many results.
macro_rules! a_thread_each {
    ($kernels:expr, $kernel:literal, $results:expr; $($parameter:expr),+ $(,)?) => {
        $kernels.run($kernel, usize::div_ceil($results, THREADS), THREADS, &mut [$(pointer(&mut { $parameter })),+])
    };
}

/// Runs a kernel with a block of threads for each of so many sums.
macro_rules! a_block_each {
    ($kernels:expr, $kernel:literal, $sums:expr; $($parameter:expr),+ $(,)?) => {
        $kernels.run($kernel, $sums, THREADS_OF_A_SUM, &mut [$(pointer(&mut { $parameter })),+])
    };
}

fn pointer<P>(parameter: &mut P) -> *mut c_void {
    (parameter as *mut P).cast()
}

/// Numbers between -2 and 2 that look random, to be followed by gradients.
fn wave<T: Number>(shape: &[usize], seed: usize) -> Var {
    let count: usize = shape.iter().product();
    let numbers: Vec<f64> = (0..count)
        .map(|index| 2.0 * ((index * index + 7 * index + 31 * seed) as f64).sin())
        .collect();
    let tensor = Tensor::from_vec(numbers, shape, &Device::Cpu).unwrap();
    Var::from_tensor(&tensor.to_dtype(T::DTYPE).unwrap()).unwrap()
}

fn numbers<T: Number>(tensor: &Tensor) -> Vec<T> {
    tensor.flatten_all().unwrap().to_vec1().unwrap()
}

/// Room for a result; what the kernel leaves out is seen.
fn unwritten<T: Number>(length: usize) -> Vec<T> {
    vec![T::from_f64(f64::NAN); length]
}

/// Compares in units of the largest number.
fn assert_close<T: Number>(what: &str, found: &[T], wanted: &Tensor) {
    let wanted = numbers::<T>(wanted);
    assert_eq!(found.len(), wanted.len(), "{what}");
    let largest = wanted
        .iter()
        .fold(1.0, |most: f64, x| most.max(x.to_f64().abs()));
    for (place, (found, wanted)) in found.iter().zip(&wanted).enumerate() {
        let difference = (found.to_f64() - wanted.to_f64()).abs();
        assert!(
            difference <= 16.0 * T::TOLERANCE * largest,
            "{what} of {}: number {place} is {found:?}, not {wanted:?}",
            T::NAME
        );
    }
}

/// A gradient of `result`, and what the inputs' gradients are then.
fn gradients<T: Number>(result: &Tensor, inputs: &[&Var]) -> (Vec<T>, Vec<Tensor>) {
    let gradient = wave::<T>(result.dims(), 99);
    let loss = (result * gradient.as_tensor()).unwrap().sum_all().unwrap();
    let store = loss.backward().unwrap();
    let of_inputs = inputs.iter().map(|input| store.get(input).unwrap().clone());
    (numbers(&gradient), of_inputs.collect())
}

/// Runs a test for both types.
macro_rules! for_both_types {
    ($name:ident, $test:ident) => {
        #[test]
        fn $name() {
            $test::<f32>();
            $test::<f64>();
        }
    };
}

#[repr(C)]
#[derive(Clone, Copy)]
struct Epilogue {
    seed: u64,
    threshold: u64,
    scale: f64,
    parameter: f64,
    activation: u32,
}

for_both_types!(bias_activation_and_dropout_are_the_cpus, epilogue);

fn epilogue<T: Number>() {
    let kernels = Kernels::compile::<T>("epilogue");
    let activations = [
        Activation::Identity,
        Activation::Relu,
        Activation::LeakyRelu(0.1),
        Activation::Elu(0.7),
        Activation::Sigmoid,
        Activation::Tanh,
        Activation::Softplus(1.5),
    ];
    let parameters = [0.0, 0.0, 0.1, 0.7, 0.0, 0.0, 1.5];
    let input = wave::<T>(&[2, 3, 4, 5], 1);
    let bias = wave::<T>(&[3], 2);
    let (input_numbers, bias_numbers) = (numbers::<T>(&input), numbers::<T>(&bias));
    let count = input.elem_count();
    for (kind, activation) in activations.into_iter().enumerate() {
        for probability in [0.0, 0.3] {
            let what = format!("{activation:?} and dropout {probability}");
            let parameters = Epilogue {
                seed: 77,
                threshold: (probability * 2f64.powi(32)) as u64,
                scale: 1.0 / (1.0 - probability),
                parameter: parameters[kind],
                activation: kind as u32,
            };
            let moved = input
                .broadcast_add(&bias.reshape((1, 3, 1, 1)).unwrap())
                .unwrap();
            let wanted = dropout(&activation.forward(&moved).unwrap(), probability, 77).unwrap();
            let mut found = unwritten::<T>(count);
            a_thread_each!(
                kernels, "epilogue", count;
                input_numbers.as_ptr(), bias_numbers.as_ptr(), found.as_mut_ptr(), count as u32,
                3u32, 20u32, parameters,
            );
            assert_close(&what, &found, &wanted);
            let (gradient, wanted) = gradients::<T>(&wanted, &[&input]);
            let results = found;
            let mut found = unwritten::<T>(count);
            a_thread_each!(
                kernels, "epilogue_gradient", count;
                results.as_ptr(), gradient.as_ptr(), found.as_mut_ptr(), count as u32, parameters,
            );
            assert_close(&format!("gradient of {what}"), &found, &wanted[0]);
            let other = wave::<T>(input.dims(), 3);
            let other_numbers = numbers::<T>(&other);
            let mut found = unwritten::<T>(count);
            a_thread_each!(
                kernels, "add", count;
                input_numbers.as_ptr(), other_numbers.as_ptr(), found.as_mut_ptr(), count as u32, parameters,
            );
            let sum = activation.forward(&add(&input, &other).unwrap());
            let wanted = dropout(&sum.unwrap(), probability, 77).unwrap();
            assert_close(&format!("sum, {what}"), &found, &wanted);
        }
    }
}

for_both_types!(convolution_is_the_cpus_in_all_directions, convolution);

fn convolution<T: Number>() {
    let kernels = Kernels::compile::<T>("convolution");
    // Input, weight, stride, padding and dilation.
    for (input, weight, stride, padding, dilation) in [
        ([2, 3, 5, 7], [4, 3, 3, 3], (1, 1), (1, 1), (1, 1)),
        ([1, 1, 1, 1], [1, 1, 1, 1], (1, 1), (0, 0), (1, 1)),
        ([2, 2, 9, 8], [3, 2, 2, 2], (2, 2), (0, 0), (1, 1)),
        ([1, 2, 3, 20], [2, 2, 2, 3], (1, 1), (1, 1), (1, 1)),
        ([1, 2, 11, 10], [3, 2, 2, 2], (3, 3), (0, 0), (1, 1)),
        ([2, 1, 12, 9], [2, 1, 3, 2], (2, 3), (1, 2), (3, 2)),
    ] {
        let options = ConvOptions::new()
            .stride(stride)
            .padding(padding)
            .dilation(dilation);
        let (x, w) = (wave::<T>(&input, 1), wave::<T>(&weight, 2));
        let wanted = conv2d(&x, &w, None, &options).unwrap();
        let output = wanted.dims4().unwrap();
        let sizes = [
            input[0], input[1], weight[0], input[2], input[3], output.2, output.3, weight[2],
            weight[3], stride.0, stride.1, padding.0, padding.1, dilation.0, dilation.1,
        ]
        .map(|size| size as u32);
        let (x_numbers, w_numbers) = (numbers::<T>(&x), numbers::<T>(&w));
        let what = format!("{input:?} by {weight:?}");
        let mut found = unwritten::<T>(wanted.elem_count());
        a_thread_each!(
            kernels, "convolution_forward", found.len();
            x_numbers.as_ptr(), w_numbers.as_ptr(), found.as_mut_ptr(), sizes,
        );
        assert_close(&what, &found, &wanted);
        let (gradient, wanted) = gradients::<T>(&wanted, &[&x, &w]);
        let mut found = unwritten::<T>(x_numbers.len());
        a_thread_each!(
            kernels, "convolution_backward", found.len();
            gradient.as_ptr(), w_numbers.as_ptr(), found.as_mut_ptr(), sizes,
        );
        assert_close(
            &format!("gradient of the input, {what}"),
            &found,
            &wanted[0],
        );
        let mut found = unwritten::<T>(w_numbers.len());
        a_block_each!(
            kernels, "convolution_weight_gradient", found.len();
            x_numbers.as_ptr(), gradient.as_ptr(), found.as_mut_ptr(), sizes,
        );
        assert_close(
            &format!("gradient of the weight, {what}"),
            &found,
            &wanted[1],
        );
    }
}

for_both_types!(channels_are_summed_whole, channel_sum);

fn channel_sum<T: Number>() {
    let kernels = Kernels::compile::<T>("channel_sum");
    let input = wave::<T>(&[3, 4, 5, 7], 1);
    let input_numbers = numbers::<T>(&input);
    for parts in [1, 3] {
        let mut sums = vec![f64::NAN; 4 * parts];
        a_block_each!(
            kernels, "part_sums", sums.len();
            input_numbers.as_ptr(), sums.as_mut_ptr(), 3u32, 4u32, 35u32, parts as u32,
        );
        let mut found = unwritten::<T>(4);
        a_thread_each!(
            kernels, "channel_sum", 4;
            sums.as_ptr(), found.as_mut_ptr(), 4u32, parts as u32,
        );
        assert_close("sum", &found, &input.sum((0, 2, 3)).unwrap());
    }
}

for_both_types!(
    max_pooling_is_the_cpus_with_ties_padding_and_ceil_mode,
    max_pool
);

fn max_pool<T: Number>() {
    let kernels = Kernels::compile::<T>("max_pool2d");
    // Kernel, stride, padding, ceil mode.
    for (kernel, stride, padding, ceil_mode) in [
        ((2, 2), (2, 2), (0, 0), false),
        ((3, 3), (2, 2), (1, 1), false),
        ((3, 2), (2, 2), (1, 0), true),
        ((3, 3), (1, 1), (0, 0), false),
        ((2, 2), (3, 3), (0, 0), false),
        ((5, 4), (1, 2), (2, 2), false),
        ((2, 3), (2, 2), (0, 0), true),
    ] {
        let (height, width) = (7, 8);
        // Rounded, many are equal: the first of them counts.
        let input = wave::<T>(&[2, 3, height, width], 1).round().unwrap();
        let input = Var::from_tensor(&input).unwrap();
        let options = PoolOptions::new(kernel)
            .stride(stride)
            .padding(padding)
            .ceil_mode(ceil_mode);
        let (wanted, indices) = max_pool2d_with_indices(&input, &options).unwrap();
        let (_, _, rows, columns) = wanted.dims4().unwrap();
        let windows = [
            height, width, rows, columns, kernel.0, kernel.1, stride.0, stride.1, padding.0,
            padding.1,
        ]
        .map(|size| size as u32);
        let input_numbers = numbers::<T>(&input);
        let count = wanted.elem_count();
        let mut found = unwritten::<T>(count);
        a_thread_each!(
            kernels, "max_pool2d", count;
            input_numbers.as_ptr(), found.as_mut_ptr(), count as u32, windows,
        );
        let what = format!("{options:?}");
        assert_close(&what, &found, &wanted);
        let mut found = vec![u32::MAX; count];
        a_thread_each!(
            kernels, "max_pool2d_indices", count;
            input_numbers.as_ptr(), found.as_mut_ptr(), count as u32, windows,
        );
        assert_eq!(
            found,
            indices.flatten_all().unwrap().to_vec1::<u32>().unwrap(),
            "{what}"
        );
        let (gradient, wanted) = gradients::<T>(&wanted, &[&input]);
        let mut found = unwritten::<T>(input_numbers.len());
        a_thread_each!(
            kernels, "max_pool2d_gradient", found.len();
            input_numbers.as_ptr(), gradient.as_ptr(), found.as_mut_ptr(), found.len() as u32, windows,
        );
        assert_close(&format!("gradient of {what}"), &found, &wanted[0]);
    }
}

for_both_types!(
    what_was_pooled_goes_back_and_a_wrong_index_is_seen,
    max_unpool
);

fn max_unpool<T: Number>() {
    let kernels = Kernels::compile::<T>("max_unpool2d");
    let input = wave::<T>(&[2, 2, 3, 3], 1);
    let input_numbers = numbers::<T>(&input);
    // Places in planes of 5 x 4, some of them twice.
    let mut places: Vec<u32> = (0..36).map(|index| index * index % 20).collect();
    let indices = Tensor::from_slice(&places, (2, 2, 3, 3), &Device::Cpu).unwrap();
    let unpooled = |places: &[u32]| {
        let mut last = vec![0u32; 80];
        a_thread_each!(
            kernels, "last_at_place", 36;
            places.as_ptr(), last.as_mut_ptr(), 36u32, 9u32, 20u32,
        );
        let mut found = unwritten::<T>(80);
        a_thread_each!(
            kernels, "max_unpool2d", 80;
            input_numbers.as_ptr(), last.as_ptr(), found.as_mut_ptr(), 80u32, 9u32, 20u32,
        );
        found
    };
    let wanted = max_unpool2d(&input, &indices, (5, 4)).unwrap();
    assert_close("unpooled", &unpooled(&places), &wanted);
    // In the third plane.
    places[20] = 20;
    let found = unpooled(&places);
    assert!(found[40].to_f64().is_nan());
    assert_eq!(found.iter().filter(|x| x.to_f64().is_nan()).count(), 1);
}

for_both_types!(resampling_sums_along_rows_and_columns, resample);

fn resample<T: Number>() {
    let kernels = Kernels::compile::<T>("resample");
    let input = wave::<T>(&[2, 2, 6, 4], 1);
    let input_numbers = numbers::<T>(&input);
    // Means of three rows, and of two columns.
    let (starts, sources) = ([0u32, 3, 6, 6, 8, 10], [0u32, 1, 2, 3, 4, 5, 0, 1, 2, 3]);
    let weights: Vec<f64> = (0..10)
        .map(|index| if index < 6 { 1.0 / 3.0 } else { 0.5 })
        .collect();
    let mut found = unwritten::<T>(16);
    a_thread_each!(
        kernels, "resample", 16;
        input_numbers.as_ptr(), found.as_mut_ptr(), starts.as_ptr(), sources.as_ptr(), weights.as_ptr(),
        16u32, 6u32, 4u32, 2u32, 2u32,
    );
    let wanted = avg_pool2d(&input, &PoolOptions::new((3, 2))).unwrap();
    assert_close("means", &found, &wanted);
}

for_both_types!(
    batch_normalisation_is_the_cpus_with_any_statistics,
    normalisation
);

fn normalisation<T: Number>() {
    const EPSILON: f64 = 1e-5;
    let kernels = Kernels::compile::<T>("batch_norm");
    let (images, channels, pixels) = (3usize, 2usize, 20usize);
    let (count, of_channels) = (images * channels * pixels, channels as u32);
    let input = wave::<T>(&[images, channels, 4, 5], 1);
    let (weight, bias) = (wave::<T>(&[channels], 2), wave::<T>(&[channels], 3));
    let input_numbers = numbers::<T>(&input);
    let (weight_numbers, bias_numbers) = (numbers::<T>(&weight), numbers::<T>(&bias));
    let mut moments = vec![f64::NAN; 2 * channels];
    a_block_each!(
        kernels, "moments", channels;
        input_numbers.as_ptr(), moments.as_mut_ptr(), images as u32, of_channels, pixels as u32,
    );
    let (mean, variance) = batch_statistics(&input).unwrap();
    let of_type = |numbers: &[f64]| numbers.iter().map(|&x| T::from_f64(x)).collect::<Vec<T>>();
    assert_close("mean", &of_type(&moments[..channels]), &mean);
    assert_close("variance", &of_type(&moments[channels..]), &variance);
    for of_batch in [true, false] {
        let (mean, variance) = match of_batch {
            true => (mean.clone(), variance.clone()),
            false => (
                wave::<T>(&[channels], 4).detach(),
                wave::<T>(&[channels], 5).sqr().unwrap(),
            ),
        };
        let statistics = match of_batch {
            true => Statistics::Batch,
            false => Statistics::Running {
                mean: mean.clone(),
                variance: variance.clone(),
            },
        };
        let wide = |tensor: &Tensor| tensor.to_dtype(DType::F64).unwrap();
        let means: Vec<f64> = wide(&mean).to_vec1().unwrap();
        let scales = ((wide(&variance) + EPSILON).unwrap().sqrt().unwrap())
            .recip()
            .unwrap();
        let scales: Vec<f64> = scales.to_vec1().unwrap();
        let mut found = unwritten::<T>(count);
        a_thread_each!(
            kernels, "batch_norm", count;
            input_numbers.as_ptr(), weight_numbers.as_ptr(), bias_numbers.as_ptr(), means.as_ptr(),
            scales.as_ptr(), found.as_mut_ptr(), count as u32, of_channels, pixels as u32,
        );
        let wanted = batch_norm(&input, &weight, &bias, &statistics, EPSILON).unwrap();
        assert_close(&format!("{statistics:?}"), &found, &wanted);
        let (gradient, wanted) = gradients::<T>(&wanted, &[&input, &weight, &bias]);
        let mut found = unwritten::<T>(count + 2 * channels);
        a_block_each!(
            kernels, "batch_norm_sums", channels;
            input_numbers.as_ptr(), gradient.as_ptr(), means.as_ptr(), scales.as_ptr(), found.as_mut_ptr(),
            count as u32, of_channels, pixels as u32,
        );
        a_thread_each!(
            kernels, "batch_norm_gradient", count;
            input_numbers.as_ptr(), weight_numbers.as_ptr(), gradient.as_ptr(), means.as_ptr(), scales.as_ptr(),
            found.as_mut_ptr(), count as u32, of_channels, pixels as u32, u32::from(of_batch),
        );
        let wanted: Vec<Tensor> = wanted.iter().map(|x| x.flatten_all().unwrap()).collect();
        assert_close("gradients", &found, &Tensor::cat(&wanted, 0).unwrap());
    }
}

for_both_types!(cross_entropy_is_the_cpus_and_a_wrong_class_is_seen, classes);

fn classes<T: Number>() {
    let kernels = Kernels::compile::<T>("cross_entropy");
    let (rows, width) = (70, 5);
    let logits = wave::<T>(&[rows, width], 1);
    let logit_numbers = numbers::<T>(&logits);
    let mut classes: Vec<u32> = (0..rows as u32)
        .map(|row| row * row % width as u32)
        .collect();
    let tensor = Tensor::from_slice(&classes, rows, &Device::Cpu).unwrap();
    let loss = |classes: &[u32]| {
        let mut found = unwritten::<T>(1);
        a_block_each!(
            kernels, "cross_entropy", 1;
            logit_numbers.as_ptr(), classes.as_ptr(), found.as_mut_ptr(), rows as u32, width as u32,
        );
        found
    };
    let wanted = cross_entropy(&logits, &tensor).unwrap();
    assert_close("loss", &loss(&classes), &wanted);
    let store = wanted.backward().unwrap();
    let mut found = unwritten::<T>(rows * width);
    a_thread_each!(
        kernels, "cross_entropy_gradient", rows;
        logit_numbers.as_ptr(), classes.as_ptr(), found.as_mut_ptr(), rows as u32, width as u32,
    );
    assert_close("gradient", &found, store.get(&logits).unwrap());
    classes[3] = width as u32;
    assert!(loss(&classes)[0].to_f64().is_nan());
}

for_both_types!(losses_of_pixels_are_the_cpus, pixel_losses);

fn pixel_losses<T: Number>() {
    // Makes the gradients of single pixels about as large as the losses.
    const SCALE: f64 = 100.0;
    let kernels = Kernels::compile::<T>("loss");
    let (images, pixels) = (3usize, 70usize);
    let logits = wave::<T>(&[images, 1, 7, 10], 1);
    let target = wave::<T>(&[images, 1, 7, 10], 2).ge(0.0).unwrap();
    let target = Var::from_tensor(&target.to_dtype(T::DTYPE).unwrap()).unwrap();
    let (x, y) = (numbers::<T>(&logits), numbers::<T>(&target));
    let mut sums = vec![f64::NAN; 3 * images];
    a_block_each!(
        kernels, "image_sums", images;
        x.as_ptr(), y.as_ptr(), sums.as_mut_ptr(), pixels as u32,
    );
    let bce: fn(&Tensor, &Tensor) -> _ = bce_with_logits;
    for (loss, cross_entropy, dice) in [
        (bce, 1.0, 0.0),
        (dice_loss, 0.0, 1.0),
        (bce_dice_loss, 1.0, 1.0),
    ] {
        let what = format!("{cross_entropy} cross-entropy and {dice} Dice");
        let wanted = loss(&logits, &target).unwrap();
        let mut found = unwritten::<T>(1);
        a_thread_each!(
            kernels, "pixel_loss", 1;
            sums.as_ptr(), found.as_mut_ptr(), images as u32, pixels as u32, cross_entropy, dice,
        );
        assert_close(&what, &found, &wanted);
        let store = (wanted * SCALE).unwrap().backward().unwrap();
        let gradient = T::from_f64(SCALE);
        for (by_target, input) in [(0u32, &logits), (1, &target)] {
            let mut found = unwritten::<T>(images * pixels);
            a_thread_each!(
                kernels, "pixel_loss_gradient", found.len();
                x.as_ptr(), y.as_ptr(), sums.as_ptr(), &raw const gradient, found.as_mut_ptr(),
                images as u32, pixels as u32, cross_entropy, dice, by_target,
            );
            assert_close(
                &format!("gradient {by_target} of {what}"),
                &found,
                store.get(input).unwrap(),
            );
        }
    }
}

#[test]
fn optimizers_go_where_they_go_on_the_cpu() {
    const COUNT: usize = 70;
    const STEPS: i32 = 3;
    let kernels = Kernels::compile::<f32>("optimizer");
    let gradient = |step: i32| wave::<f32>(&[COUNT], step as usize);
    let on_cpu = |optimizer: &mut dyn Optimizer| {
        let variable = wave::<f32>(&[COUNT], 9);
        let parameters = Parameters::of([("w", &variable)]);
        let start = numbers::<f32>(&variable);
        for step in 1..=STEPS {
            let loss = (variable.as_tensor() * gradient(step).as_tensor()).unwrap();
            let gradients = loss.sum_all().unwrap().backward().unwrap();
            optimizer.step(&parameters, &gradients).unwrap();
        }
        (start, variable.as_tensor().clone())
    };
    macro_rules! agree {
        ($kernel:literal, $optimizer:expr, $constants:expr) => {
            let (mut found, wanted) = on_cpu(&mut $optimizer);
            let mut remembered = vec![0f32; 3 * COUNT];
            for step in 1..=STEPS {
                let gradients = numbers::<f32>(&gradient(step));
                let constants = $constants(step).map(|constant: f64| constant as f32);
                a_thread_each!(
                    kernels, $kernel, COUNT;
                    found.as_mut_ptr(), gradients.as_ptr(), remembered.as_mut_ptr(),
                    COUNT as u32, constants,
                );
            }
            assert_close($kernel, &found, &wanted);
        };
    }
    agree!("sgd", Sgd::new(0.1).weight_decay(0.3), |_| [0.1, 0.3]);
    let sgd = Sgd::new(0.1).weight_decay(0.3).momentum(0.9);
    agree!("sgd_with_momentum", sgd.clone(), |_| [
        0.1, 0.3, 0.9, 0.0, 1.0
    ]);
    agree!("sgd_with_momentum", sgd.nesterov(true), |_| [
        0.1, 0.3, 0.9, 1.0, 0.9
    ]);
    let rmsprop = RmsProp::new(0.1).alpha(0.8).weight_decay(0.3).momentum(0.9);
    agree!("rmsprop", rmsprop.clone(), |_| [
        0.1, 0.8, 1e-8, 0.9, 0.3, 0.0
    ]);
    agree!("rmsprop", rmsprop.centered(true), |_| [
        0.1, 0.8, 1e-8, 0.9, 0.3, 0.2
    ]);
    let corrections = |step| {
        (
            0.1 / (1.0 - 0.9f64.powi(step)),
            (1.0 - 0.999f64.powi(step)).sqrt(),
        )
    };
    agree!("adam", Adam::new(0.1).weight_decay(0.3), |step| {
        let (rate, root_correction) = corrections(step);
        [0.9, 0.999, rate, root_correction, 0.3, 1.0, 1e-8]
    });
    agree!("adam", AdamW::new(0.1).weight_decay(0.3), |step| {
        let (rate, root_correction) = corrections(step);
        [0.9, 0.999, rate, root_correction, 0.0, 0.97, 1e-8]
    });
}
