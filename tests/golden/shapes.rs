//! Pooling, convolutions and resampling take the shapes and options that PyTorch's take, refuse those that PyTorch's refuse, and
//! give the same values and gradients. `shapes.py` made the file.

use candle_core::{DType, Device};
use eosin::ops::*;
use eosin::{Error, Result, Tensor, Var};
use serde::Deserialize;

/// Options that an operation does not have are empty.
#[derive(Debug, Deserialize)]
struct Case {
    operation: String,
    shapes: Vec<Vec<usize>>,
    #[serde(flatten)]
    options: Options,
    /// Nothing where PyTorch refuses.
    result: Option<Found>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Options {
    kernel: Vec<usize>,
    stride: Vec<usize>,
    padding: Vec<usize>,
    output_padding: Vec<usize>,
    dilation: Vec<usize>,
    groups: usize,
    size: Vec<usize>,
    ceil_mode: bool,
    count_include_pad: bool,
    align_corners: bool,
    /// In single precision.
    single: bool,
}

#[derive(Debug, Deserialize)]
struct Found {
    shape: Vec<usize>,
    product: f64,
    gradients: Vec<f64>,
}

/// The formula of `shapes.py`, from the number `first` of the sequence on.
fn scattered(shape: &[usize], first: u64) -> Tensor {
    let mixed = |index: u64| {
        let mixed = (index + 1)
            .wrapping_mul(index + 7)
            .wrapping_mul(2_654_435_761);
        ((mixed >> 8) % (1 << 24)) as f64 / f64::from(1 << 24) - 0.5
    };
    let count = shape.iter().product::<usize>() as u64;
    let numbers: Vec<f64> = (first..first + count).map(mixed).collect();
    Tensor::from_vec(numbers, shape, &Device::Cpu).unwrap()
}

fn product(tensor: &Tensor) -> f64 {
    let numbers = |tensor: &Tensor| {
        let flat = tensor.flatten_all().unwrap();
        flat.to_dtype(DType::F64).unwrap().to_vec1::<f64>().unwrap()
    };
    let pairs = numbers(tensor).into_iter();
    let pairs = pairs.zip(numbers(&scattered(tensor.dims(), 1)));
    pairs.map(|(one, other)| one * other).sum()
}

fn pair(numbers: &[usize]) -> Pair {
    Pair(numbers[0], numbers[1])
}

fn run(case: &Case, inputs: &[Tensor]) -> Result<Tensor> {
    let options = &case.options;
    let windows = || {
        PoolOptions::new(pair(&options.kernel))
            .stride(pair(&options.stride))
            .padding(pair(&options.padding))
            .ceil_mode(options.ceil_mode)
            .count_include_pad(options.count_include_pad)
    };
    // Those along the last one or two axes.
    let convolution = || {
        let last = |numbers: &[usize]| match numbers {
            [.., rows, columns] => Pair(*rows, *columns),
            _ => numbers[0].into(),
        };
        ConvOptions::new()
            .stride(last(&options.stride))
            .padding(last(&options.padding))
            .dilation(last(&options.dilation))
            .groups(options.groups)
    };
    match (case.operation.as_str(), inputs) {
        ("max_pool2d", [x]) => max_pool2d(x, &windows()),
        ("avg_pool2d", [x]) => avg_pool2d(x, &windows()),
        ("adaptive_avg_pool2d", [x]) => adaptive_avg_pool2d(x, pair(&options.size)),
        ("upsample_nearest2d", [x]) => upsample_nearest2d(x, pair(&options.size)),
        ("upsample_bilinear2d", [x]) => {
            upsample_bilinear2d(x, pair(&options.size), options.align_corners)
        }
        ("conv1d", [x, weight, bias]) => conv1d(x, weight, Some(bias), &convolution()),
        ("conv2d", [x, weight, bias]) => conv2d(x, weight, Some(bias), &convolution()),
        ("conv3d", [x, weight, bias]) => {
            let options = Conv3dOptions {
                depth_stride: options.stride[0],
                depth_padding: options.padding[0],
                depth_dilation: options.dilation[0],
                within_slices: convolution(),
            };
            conv3d(x, weight, Some(bias), &options)
        }
        ("conv_transpose2d", [x, weight, bias]) => {
            let options = ConvTransposeOptions::new()
                .stride(pair(&options.stride))
                .padding(pair(&options.padding))
                .output_padding(pair(&options.output_padding))
                .dilation(pair(&options.dilation))
                .groups(options.groups);
            conv_transpose2d(x, weight, Some(bias), &options)
        }
        (name, inputs) => panic!("{name} with {} inputs is not known", inputs.len()),
    }
}

/// What differs from PyTorch, if anything does.
fn difference(case: &Case) -> Option<String> {
    let (number, tolerance) = match case.options.single {
        true => (DType::F32, 1e-5),
        false => (DType::F64, 1e-9),
    };
    let new = |shape: &Vec<usize>| {
        let numbers = scattered(shape, 0).to_dtype(number).unwrap();
        Var::from_tensor(&numbers).unwrap()
    };
    let variables: Vec<Var> = case.shapes.iter().map(new).collect();
    let inputs: Vec<Tensor> = variables.iter().map(|x| x.as_tensor().clone()).collect();
    let (output, wanted) = match (run(case, &inputs), &case.result) {
        (Ok(output), Some(wanted)) => (output, wanted),
        (Err(Error::Invalid(_)), None) => return None,
        (Ok(_), None) => return Some("PyTorch refuses it, we do not".to_owned()),
        (Err(error), _) => return Some(format!("it is refused without a rule: {error}")),
    };
    if output.dims() != wanted.shape {
        return Some(format!("the shape is {:?}", output.shape()));
    }
    // Without images there is no loss to take gradients of.
    if output.elem_count() == 0 {
        return None;
    }
    let weights = scattered(output.dims(), 1).to_dtype(number).unwrap();
    let loss = (&output * weights).unwrap().sum_all().unwrap();
    let gradients = match loss.backward() {
        Ok(gradients) => gradients,
        Err(error) => return Some(format!("it has no gradient: {error}")),
    };
    // What no result depends on, such as slices between strides, has no gradient.
    let of_inputs = inputs.iter().map(|x| gradients.get(x).map_or(0.0, product));
    let found = std::iter::once(product(&output)).chain(of_inputs);
    let wanted = std::iter::once(&wanted.product).chain(&wanted.gradients);
    let mut pairs = found.zip(wanted);
    pairs
        .find(|(found, wanted)| (found - **wanted).abs() > tolerance)
        .map(|(found, wanted)| format!("the product is {found}, not {wanted}"))
}

#[test]
fn shapes_and_options_are_pytorchs() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("shapes.json")).unwrap();
    let differences: Vec<String> = cases
        .iter()
        .filter_map(|case| Some(format!("{}\n  {case:?}", difference(case)?)))
        .collect();
    assert!(
        differences.is_empty(),
        "{} of {} cases differ:\n{}",
        differences.len(),
        cases.len(),
        differences.join("\n")
    );
}
