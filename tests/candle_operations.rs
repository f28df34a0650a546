//! What candle's gradients are, operation by operation, and what `eosin::Tensor` makes of them: the tables in `docs/candle.md`.
//!
//! A gradient is right if it agrees with central differences or, at a kink, with PyTorch's; if the tensor's other uses do not
//! change it; and if the size of the image does not matter.

use candle_core::{DType, Device};
use eosin::{Tensor, Var};
use std::collections::BTreeMap;

type Candles = candle_core::Tensor;
type Result<T, E = Box<dyn std::error::Error>> = std::result::Result<T, E>;
type Function<T> = fn(&[T]) -> Result<T>;
/// For each input.
type Found = Result<Vec<Vec<f64>>>;

struct Case {
    name: &'static str,
    inputs: Vec<Vec<f64>>,
    shapes: Vec<Vec<usize>>,
    candles: Function<Candles>,
    ours: Function<Tensor>,
    /// PyTorch's gradient of the sum of all results by the first input, where differences have none.
    at_kink: Option<Vec<f64>>,
}

/// The same expression for candle's tensors and for ours.
macro_rules! case {
    ($name:literal, $inputs:expr, |$x:ident| $body:expr) => {
        case!($name, $inputs, None, |$x| $body)
    };
    ($name:literal, $inputs:expr, $at_kink:expr, |$x:ident| $body:expr) => {{
        let inputs: Vec<(Vec<f64>, Vec<usize>)> = $inputs;
        let (inputs, shapes) = inputs.into_iter().unzip();
        fn candles($x: &[Candles]) -> Result<Candles> {
            #[allow(unused_imports)]
            use candle_core::IndexOp;
            Ok($body?)
        }
        fn ours($x: &[Tensor]) -> Result<Tensor> {
            Ok($body?)
        }
        Case {
            name: $name,
            inputs,
            shapes,
            candles,
            ours,
            at_kink: $at_kink,
        }
    }};
}

/// Numbers without a pattern, no two alike, none at a kink.
fn numbers(shape: &[usize], seed: usize) -> (Vec<f64>, Vec<usize>) {
    let count: usize = shape.iter().product();
    let number = |i: usize| 2.0 * ((i * 37 + seed * 11 + 5) as f64 * 0.7).sin() + 0.01 * i as f64;
    ((0..count).map(number).collect(), shape.to_vec())
}

fn positive(shape: &[usize], seed: usize) -> (Vec<f64>, Vec<usize>) {
    let (numbers, shape) = numbers(shape, seed);
    (numbers.iter().map(|x| x.abs() + 0.5).collect(), shape)
}

fn these(numbers: &[f64], shape: &[usize]) -> (Vec<f64>, Vec<usize>) {
    (numbers.to_vec(), shape.to_vec())
}

/// What is not a method of a tensor.
trait Kind: Sized {
    type Error;
    fn places(places: &[u32], shape: &[usize]) -> Result<Self, Self::Error>;
    fn cat(x: &[Self]) -> Result<Self, Self::Error>;
    fn stack(x: &[Self]) -> Result<Self, Self::Error>;
    fn meshgrid(x: &[Self]) -> Result<Self, Self::Error>;
}

macro_rules! kind {
    ($type:ident, $error:ty) => {
        impl Kind for $type {
            type Error = $error;
            fn places(places: &[u32], shape: &[usize]) -> Result<Self, $error> {
                $type::from_slice(places, shape, &Device::Cpu)
            }
            fn cat(x: &[Self]) -> Result<Self, $error> {
                $type::cat(x, 0)
            }
            fn stack(x: &[Self]) -> Result<Self, $error> {
                $type::stack(x, 1)
            }
            fn meshgrid(x: &[Self]) -> Result<Self, $error> {
                let grids = $type::meshgrid(x, false)?;
                grids[0].mul(&grids[1])
            }
        }
    };
}

kind!(Candles, candle_core::Error);
kind!(Tensor, eosin::Error);

/// Places of elements, as a tensor of the same kind.
fn places<T: Kind>(_like: &T, places: &[u32], shape: &[usize]) -> Result<T, T::Error> {
    T::places(places, shape)
}

fn cat<T: Kind>(x: &[T]) -> Result<T, T::Error> {
    T::cat(x)
}

fn stack<T: Kind>(x: &[T]) -> Result<T, T::Error> {
    T::stack(x)
}

fn meshgrid<T: Kind>(x: &[T]) -> Result<T, T::Error> {
    T::meshgrid(x)
}

fn cases() -> Vec<Case> {
    let n = |shape: &[usize]| numbers(shape, 1);
    let m = |shape: &[usize]| numbers(shape, 2);
    let image = || n(&[1, 2, 5, 7]);
    let mut cases = arithmetic();
    cases.extend([
        case!("sum", vec![n(&[2, 3])], |x| x[0].sum(1)),
        case!("sum_keepdim", vec![n(&[2, 3])], |x| x[0].sum_keepdim(0)),
        case!("sum_all", vec![n(&[2, 3])], |x| x[0].sum_all()),
        case!("mean", vec![n(&[2, 3])], |x| x[0].mean(1)),
        case!("mean_keepdim", vec![n(&[2, 3])], |x| x[0].mean_keepdim(0)),
        case!("mean_all", vec![n(&[2, 3])], |x| x[0].mean_all()),
        case!("var", vec![n(&[2, 3])], |x| x[0].var(1)),
        case!("var_keepdim", vec![n(&[2, 3])], |x| x[0].var_keepdim(1)),
        case!("max", vec![n(&[2, 3])], |x| x[0].max(1)),
        case!(
            "max",
            vec![these(&[2., 2., 1.], &[3])],
            Some(vec![1., 0., 0.]),
            |x| x[0].max(0)
        ),
        case!("max_keepdim", vec![n(&[2, 3])], |x| x[0].max_keepdim(1)),
        case!(
            "max_keepdim",
            vec![these(&[2., 2., 1.], &[3])],
            Some(vec![1., 0., 0.]),
            |x| x[0].max_keepdim(0)
        ),
        case!("max_all", vec![n(&[2, 3])], |x| x[0].max_all()),
        case!(
            "min",
            vec![these(&[1., 2., 1.], &[3])],
            Some(vec![1., 0., 0.]),
            |x| x[0].min(0)
        ),
        case!(
            "min_keepdim",
            vec![these(&[1., 2., 1.], &[3])],
            Some(vec![1., 0., 0.]),
            |x| x[0].min_keepdim(0)
        ),
        case!("min_all", vec![n(&[2, 3])], |x| x[0].min_all()),
        case!("log_sum_exp", vec![n(&[2, 3])], |x| x[0].log_sum_exp(1)),
        case!(
            "log_sum_exp",
            vec![these(&[1., 1.], &[2])],
            Some(vec![0.5, 0.5]),
            |x| x[0].log_sum_exp(0)
        ),
        case!("norm", vec![n(&[2, 3])], |x| x[0].norm()),
        case!(
            "norm",
            vec![these(&[0., 0.], &[2])],
            Some(vec![0., 0.]),
            |x| x[0].norm()
        ),
        case!("cumsum", vec![n(&[2, 3])], |x| x[0].cumsum(1)),
        case!("matmul", vec![n(&[2, 2, 3]), m(&[2, 3, 4])], |x| x[0]
            .matmul(&x[1])),
        case!("broadcast_matmul", vec![n(&[2, 2, 3]), m(&[3, 4])], |x| x
            [0]
        .broadcast_matmul(&x[1])),
        case!("dot", vec![n(&[3]), m(&[3])], |x| x[0].dot(&x[1])),
        case!("mv", vec![n(&[2, 3]), m(&[3])], |x| x[0].mv(&x[1])),
        case!("reshape", vec![n(&[2, 3])], |x| x[0].reshape((3, 2))),
        case!("flatten", vec![n(&[2, 3, 2])], |x| x[0].flatten(1, 2)),
        case!("flatten_to", vec![n(&[2, 3, 2])], |x| x[0].flatten_to(1)),
        case!("flatten_from", vec![n(&[2, 3, 2])], |x| x[0]
            .flatten_from(1)),
        case!("flatten_all", vec![n(&[2, 3])], |x| x[0].flatten_all()),
        case!("squeeze", vec![n(&[2, 1, 3])], |x| x[0].squeeze(1)),
        case!("unsqueeze", vec![n(&[2, 3])], |x| x[0].unsqueeze(1)),
        case!("t", vec![n(&[2, 3])], |x| x[0].t()),
        case!("transpose", vec![n(&[2, 3, 2])], |x| x[0].transpose(0, 2)),
        case!("permute", vec![n(&[2, 3, 4])], |x| x[0].permute((2, 0, 1))),
        case!("broadcast_as", vec![n(&[3, 1])], |x| x[0]
            .broadcast_as((2, 3, 4))),
        case!("broadcast_left", vec![n(&[3])], |x| x[0].broadcast_left(2)),
        case!("expand", vec![n(&[3, 1])], |x| x[0].expand((3, 4))),
        case!("repeat", vec![n(&[2, 3])], |x| x[0].repeat((2, 2))),
        case!("contiguous", vec![n(&[2, 3])], |x| x[0].t()?.contiguous()),
        case!("force_contiguous", vec![n(&[2, 3])], |x| x[0]
            .force_contiguous()),
        case!("copy", vec![n(&[2, 3])], |x| x[0].copy()),
        case!("to_dtype", vec![n(&[2, 3])], |x| x[0].to_dtype(DType::F64)),
        case!("to_device", vec![n(&[2, 3])], |x| x[0]
            .to_device(&Device::Cpu)),
        case!("pad_with_zeros", vec![n(&[2, 3])], |x| x[0]
            .pad_with_zeros(1, 1, 2)),
        case!("pad_with_same", vec![n(&[2, 3])], |x| x[0]
            .pad_with_same(1, 1, 2)),
        case!("flip", vec![n(&[2, 3])], |x| x[0].flip(&[1])),
        case!("roll", vec![n(&[2, 3])], |x| x[0].roll(1, 1)),
        case!("unfold", vec![n(&[6])], |x| x[0].unfold(0, 3, 1)),
        case!("narrow", vec![n(&[2, 5])], |x| x[0].narrow(1, 1, 2)),
        case!("i", vec![n(&[2, 5])], |x| x[0].i((1, 1..3))),
        case!("get", vec![n(&[2, 3])], |x| x[0].get(1)),
        case!("get_on_dim", vec![n(&[2, 3])], |x| x[0].get_on_dim(1, 2)),
        case!("chunk", vec![n(&[5])], |x| x[0]
            .chunk(2, 0)?
            .remove(1)
            .sqr()),
        case!("index_select", vec![n(&[3, 2])], |x| x[0]
            .index_select(&places(&x[0], &[2, 0, 2], &[3])?, 0)),
        case!("embedding", vec![n(&[3, 2])], |x| x[0].embedding(&places(
            &x[0],
            &[2, 0, 2],
            &[3]
        )?)),
        case!("gather", vec![n(&[2, 3])], |x| x[0]
            .gather(&places(&x[0], &[2, 0, 1, 1], &[2, 2])?, 1)),
        case!("scatter", vec![n(&[2, 3]), m(&[2, 2])], |x| x[0].scatter(
            &places(&x[0], &[2, 0, 1, 2], &[2, 2])?,
            &x[1],
            1
        )),
        case!("scatter_add", vec![n(&[2, 3]), m(&[2, 2])], |x| x[0]
            .scatter_add(
                &places(&x[0], &[2, 0, 1, 1], &[2, 2])?,
                &x[1],
                1
            )),
        case!("index_add", vec![n(&[3, 2]), m(&[2, 2])], |x| x[0]
            .index_add(&places(&x[0], &[2, 2], &[2])?, &x[1], 0)),
        case!("slice_scatter", vec![n(&[4, 2]), m(&[2, 2])], |x| x[0]
            .slice_scatter(&x[1], 0, 1)),
        case!("slice_assign", vec![n(&[4, 3]), m(&[2, 2])], |x| x[0]
            .slice_assign(&[1..3, 0..2], &x[1])),
        case!("where_cond", vec![n(&[2, 3]), m(&[2, 3])], |x| x[0]
            .gt(0.5f64)?
            .where_cond(&x[0], &x[1])),
        case!("sort_last_dim", vec![n(&[2, 3])], |x| x[0]
            .sort_last_dim(true)?
            .0
            .sqr()),
        case!("cat", vec![n(&[2, 3]), m(&[1, 3])], |x| cat(x)),
        case!("stack", vec![n(&[2, 3]), m(&[2, 3])], |x| stack(x)),
        case!("meshgrid", vec![n(&[2]), m(&[3])], |x| meshgrid(x)),
        case!("conv1d", vec![n(&[1, 2, 7]), m(&[3, 2, 3])], |x| x[0]
            .conv1d(&x[1], 1, 2, 1, 1)),
        case!("conv2d", vec![image(), m(&[3, 2, 3, 3])], |x| x[0]
            .conv2d(&x[1], 1, 2, 1, 1)),
        case!("conv2d", vec![n(&[1, 2, 5, 6]), m(&[3, 2, 3, 3])], |x| x[0]
            .conv2d(&x[1], 1, 2, 1, 1)),
        case!(
            "conv_transpose1d",
            vec![n(&[1, 2, 4]), m(&[2, 3, 3])],
            |x| x[0].conv_transpose1d(&x[1], 1, 1, 2, 1, 1)
        ),
        case!(
            "conv_transpose2d",
            vec![n(&[1, 2, 3, 4]), m(&[2, 3, 3, 3])],
            |x| x[0].conv_transpose2d(&x[1], 1, 1, 2, 1)
        ),
        case!("avg_pool2d", vec![image()], |x| x[0].avg_pool2d(2)),
        case!("avg_pool2d_with_stride", vec![image()], |x| x[0]
            .avg_pool2d_with_stride(3, 2)),
        case!("max_pool2d", vec![n(&[1, 2, 4, 6])], |x| x[0].max_pool2d(2)),
        case!("max_pool2d", vec![image()], |x| x[0].max_pool2d(2)),
        case!(
            "max_pool2d",
            vec![these(&[1.; 4], &[1, 1, 2, 2])],
            Some(vec![1., 0., 0., 0.]),
            |x| x[0].max_pool2d(2)
        ),
        case!("max_pool2d_with_stride", vec![image()], |x| x[0]
            .max_pool2d_with_stride(3, 2)),
        case!("interpolate1d", vec![n(&[1, 2, 3])], |x| x[0]
            .interpolate1d(6)),
        case!("upsample_nearest1d", vec![n(&[1, 2, 3])], |x| x[0]
            .upsample_nearest1d(6)),
        case!("interpolate2d", vec![n(&[1, 2, 2, 3])], |x| x[0]
            .interpolate2d(4, 6)),
        case!("upsample_nearest2d", vec![n(&[1, 2, 2, 3])], |x| x[0]
            .upsample_nearest2d(4, 6)),
        case!("upsample_nearest2d", vec![n(&[1, 2, 2, 3])], |x| x[0]
            .upsample_nearest2d(5, 6)),
        case!("upsample_bilinear2d", vec![n(&[1, 2, 2, 3])], |x| x[0]
            .upsample_bilinear2d(4, 6, false)),
    ]);
    cases
}

fn arithmetic() -> Vec<Case> {
    let n = |shape: &[usize]| numbers(shape, 1);
    let m = |shape: &[usize]| numbers(shape, 2);
    let p = |shape: &[usize]| positive(shape, 1);
    let kink = || vec![these(&[-1., 0., 2.], &[3])];
    vec![
        case!("add", vec![n(&[2, 3]), m(&[2, 3])], |x| x[0].add(&x[1])),
        case!("sub", vec![n(&[2, 3]), m(&[2, 3])], |x| x[0].sub(&x[1])),
        case!("mul", vec![n(&[2, 3]), m(&[2, 3])], |x| x[0].mul(&x[1])),
        case!("div", vec![n(&[2, 3]), p(&[2, 3])], |x| x[0].div(&x[1])),
        case!("maximum", vec![n(&[2, 3]), m(&[2, 3])], |x| x[0]
            .maximum(&x[1])),
        case!(
            "maximum",
            vec![these(&[1., 2.], &[2]), these(&[1., 3.], &[2])],
            Some(vec![0.5, 0.]),
            |x| x[0].maximum(&x[1])
        ),
        case!("minimum", vec![n(&[2, 3]), m(&[2, 3])], |x| x[0]
            .minimum(&x[1])),
        case!("broadcast_add", vec![n(&[2, 3]), m(&[3])], |x| x[0]
            .broadcast_add(&x[1])),
        case!("broadcast_sub", vec![n(&[2, 3]), m(&[2, 1])], |x| x[0]
            .broadcast_sub(&x[1])),
        case!("broadcast_mul", vec![n(&[2, 3]), m(&[3])], |x| x[0]
            .broadcast_mul(&x[1])),
        case!("broadcast_div", vec![n(&[2, 3]), p(&[2, 1])], |x| x[0]
            .broadcast_div(&x[1])),
        case!("broadcast_maximum", vec![n(&[2, 3]), m(&[3])], |x| x[0]
            .broadcast_maximum(&x[1])),
        case!("broadcast_minimum", vec![n(&[2, 3]), m(&[3])], |x| x[0]
            .broadcast_minimum(&x[1])),
        case!("clamp", vec![n(&[2, 3])], |x| x[0].clamp(-0.5f64, 0.5f64)),
        case!("clamp", kink(), Some(vec![0., 1., 1.]), |x| x[0]
            .clamp(0f64, 2f64)),
        case!("affine", vec![n(&[3])], |x| x[0].affine(2., 1.)),
        case!("recip", vec![p(&[3])], |x| x[0].recip()),
        case!("neg", vec![n(&[3])], |x| x[0].neg()),
        case!("exp", vec![n(&[3])], |x| x[0].exp()),
        case!("log", vec![p(&[3])], |x| x[0].log()),
        case!("sin", vec![n(&[3])], |x| x[0].sin()),
        case!("cos", vec![n(&[3])], |x| x[0].cos()),
        case!("tanh", vec![n(&[3])], |x| x[0].tanh()),
        case!("sqr", vec![n(&[3])], |x| x[0].sqr()),
        case!("sqrt", vec![p(&[3])], |x| x[0].sqrt()),
        case!("erf", vec![n(&[3])], |x| x[0].erf()),
        case!("gelu", vec![n(&[3])], |x| x[0].gelu()),
        case!("gelu_erf", vec![n(&[3])], |x| x[0].gelu_erf()),
        case!("silu", vec![n(&[3])], |x| x[0].silu()),
        case!("abs", vec![n(&[3])], |x| x[0].abs()),
        case!("abs", kink(), Some(vec![-1., 0., 1.]), |x| x[0].abs()),
        case!("relu", vec![n(&[3])], |x| x[0].relu()),
        case!("relu", kink(), Some(vec![0., 0., 1.]), |x| x[0].relu()),
        case!("elu", vec![n(&[3])], |x| x[0].elu(1.5)),
        case!(
            "elu",
            kink(),
            Some(vec![1.5 * (-1f64).exp(), 1.5, 1.]),
            |x| x[0].elu(1.5)
        ),
        case!("powf", vec![p(&[3])], |x| x[0].powf(2.5)),
        case!("powf", kink(), Some(vec![3., 0., 12.]), |x| x[0].powf(3.)),
    ]
}

/// How a result weighs in the loss.
fn weights(shape: &[usize], at_kink: bool) -> Vec<f64> {
    match at_kink {
        true => vec![1.0; shape.iter().product()],
        false => numbers(shape, 3).0,
    }
}

/// The gradients by each input of `sum(weights * f(x)) + sum(x)`, with the sum of `x` before or behind: a gradient must be added
/// to others, in any order.
macro_rules! gradients {
    ($case:ident, $function:expr, $Tensor:ident, $Var:path, $other_use_first:expr) => {{
        use $Var as Variable;
        let inputs = $case.inputs.iter().zip(&$case.shapes);
        let variables: Vec<Variable> = inputs
            .map(|(numbers, shape)| {
                let tensor = $Tensor::from_vec(numbers.clone(), shape.clone(), &Device::Cpu)?;
                Ok(Variable::from_tensor(&tensor)?)
            })
            .collect::<Result<_>>()?;
        let tensors: Vec<$Tensor> = variables.iter().map(|v| v.as_tensor().clone()).collect();
        let result = $function(&tensors)?;
        let weights = weights(result.dims(), $case.at_kink.is_some());
        let weights = $Tensor::from_vec(weights, result.dims(), &Device::Cpu)?;
        let mut loss = result.mul(&weights)?.sum_all()?;
        for tensor in &tensors {
            let other = tensor.sum_all()?;
            loss = match $other_use_first {
                true => other.add(&loss)?,
                false => loss.add(&other)?,
            };
        }
        let gradients = loss.backward()?;
        tensors
            .iter()
            .map(|tensor| match gradients.get(tensor) {
                Some(gradient) => Ok(gradient.affine(1., -1.)?.flatten_all()?.to_vec1::<f64>()?),
                None => Ok(Vec::new()),
            })
            .collect::<Found>()
    }};
}

fn candles_gradients(case: &Case, other_use_first: bool) -> Found {
    gradients!(
        case,
        case.candles,
        Candles,
        candle_core::Var,
        other_use_first
    )
}

fn our_gradients(case: &Case, other_use_first: bool) -> Found {
    gradients!(case, case.ours, Tensor, Var, other_use_first)
}

/// By central differences of candle's own result, which is right.
fn differences(case: &Case) -> Vec<Vec<f64>> {
    if let Some(gradient) = &case.at_kink {
        return vec![gradient.clone()];
    }
    const STEP: f64 = 1e-5;
    let value = |inputs: &[Vec<f64>]| {
        let tensors: Vec<Candles> = inputs
            .iter()
            .zip(&case.shapes)
            .map(|(x, shape)| Candles::from_vec(x.clone(), shape.clone(), &Device::Cpu).unwrap())
            .collect();
        let result = (case.candles)(&tensors).unwrap();
        let weights = weights(result.dims(), false);
        let result: Vec<f64> = result.flatten_all().unwrap().to_vec1().unwrap();
        result.iter().zip(weights).map(|(x, w)| x * w).sum::<f64>()
    };
    let mut inputs = case.inputs.clone();
    let mut gradients = Vec::new();
    for index in 0..inputs.len() {
        let mut gradient = Vec::new();
        for position in 0..inputs[index].len() {
            let there = inputs[index][position];
            let mut at = |number: f64| {
                inputs[index][position] = number;
                value(&inputs)
            };
            gradient.push((at(there + STEP) - at(there - STEP)) / (2.0 * STEP));
            inputs[index][position] = there;
        }
        gradients.push(gradient);
    }
    gradients
}

fn judged(found: [Found; 2], wanted: &[Vec<f64>]) -> String {
    for found in found {
        let found = match found {
            Ok(found) => found,
            Err(error) => return format!("error: {}", error.to_string().lines().next().unwrap()),
        };
        for (found, wanted) in found.iter().zip(wanted) {
            let close = |(found, wanted): (&f64, &f64)| {
                (found - wanted).abs() < 1e-5 * (1.0 + wanted.abs())
            };
            if found.len() != wanted.len() || !found.iter().zip(wanted).all(close) {
                return "wrong".to_owned();
            }
        }
    }
    "right".to_owned()
}

/// A row of the table: the operation, candle's gradient, ours. The first case that is not right speaks for the operation.
fn rows() -> BTreeMap<&'static str, (String, String)> {
    let mut rows = BTreeMap::new();
    for case in cases() {
        let wanted = differences(&case);
        let candles = judged(
            [false, true].map(|first| candles_gradients(&case, first)),
            &wanted,
        );
        let ours = judged(
            [false, true].map(|first| our_gradients(&case, first)),
            &wanted,
        );
        let row = rows
            .entry(case.name)
            .or_insert(("right".to_owned(), "right".to_owned()));
        for (known, new) in [(&mut row.0, candles), (&mut row.1, ours)] {
            if known == "right" {
                *known = new;
            }
        }
    }
    rows
}

#[test]
fn results_are_candles() {
    for case in cases() {
        let inputs = || case.inputs.iter().zip(&case.shapes);
        let candles: Vec<Candles> = inputs()
            .map(|(x, shape)| Candles::from_slice(x, shape.clone(), &Device::Cpu).unwrap())
            .collect();
        let ours: Vec<Tensor> = candles.iter().cloned().map(Tensor::from).collect();
        let (candles, ours) = (
            (case.candles)(&candles).unwrap(),
            (case.ours)(&ours).unwrap(),
        );
        assert_eq!(candles.dims(), ours.dims(), "{}", case.name);
        let difference = ours.sub(&candles.into()).unwrap().abs().unwrap();
        let difference: f64 = difference.max_all().unwrap().to_scalar().unwrap();
        assert!(difference < 1e-12, "{}: {difference}", case.name);
    }
}

#[test]
fn nan_is_not_passed_over_and_what_is_replaced_does_not_matter() {
    let x = Tensor::new(&[[1f64, f64::NAN], [3., 2.]], &Device::Cpu).unwrap();
    for extreme in [x.max(1), x.min(1)] {
        let extreme: Vec<f64> = extreme.unwrap().to_vec1().unwrap();
        assert!(extreme[0].is_nan() && !extreme[1].is_nan());
    }
    let all: f64 = x.max_all().unwrap().to_scalar().unwrap();
    assert!(all.is_nan());

    let places = Tensor::new(&[[1u32], [0]], &Device::Cpu).unwrap();
    let source = Tensor::new(&[[8f64], [9.]], &Device::Cpu).unwrap();
    let replaced = x.scatter(&places, &source, 1).unwrap();
    assert_eq!(replaced.to_vec2::<f64>().unwrap(), [[1., 8.], [9., 2.]]);
}

#[test]
fn operators_take_tensors_results_and_numbers_on_either_side() -> eosin::Result<()> {
    let x = Tensor::new(&[6f64], &Device::Cpu)?;
    let y = Tensor::new(&[2f64], &Device::Cpu)?;
    for (found, wanted) in [
        (&x + &y, 8.),
        (x.clone() - &y, 4.),
        (&x * y.clone(), 12.),
        (x.clone() / y.clone(), 3.),
        ((&x + &y) * &y, 16.),
        (&x - (&x + &y), -2.),
        (&x + 1., 7.),
        (&x - 1., 5.),
        (&x * 2., 12.),
        (&x / 2., 3.),
        (1. + &x, 7.),
        (1. - &x, -5.),
        (2. * &x, 12.),
        (3. / &x, 0.5),
    ] {
        assert_eq!(found?.to_vec1::<f64>()?, [wanted]);
    }
    let shorter = Tensor::new(&[1f64, 2.], &Device::Cpu)?;
    assert!((&x + shorter).is_err());
    Ok(())
}

#[test]
fn steps_and_whole_numbers_end_the_flow_of_gradients() {
    let x = Var::new(&[0.2f64, 1.7], &Device::Cpu).unwrap();
    for steps in [
        x.floor(),
        x.ceil(),
        x.round(),
        x.round_to(1),
        x.sign(),
        x.to_dtype(DType::U32).and_then(|x| x.to_dtype(DType::F64)),
        x.gt(1f64).and_then(|x| x.to_dtype(DType::F64)),
        Ok(x.detach()),
    ] {
        let gradients = steps.unwrap().sum_all().unwrap().backward().unwrap();
        assert!(gradients.get(&x).is_none());
    }
}

#[test]
fn no_gradient_is_wrong_and_the_documentation_says_what_candles_are() {
    let rows = rows();
    for (name, (_, ours)) in &rows {
        assert_eq!(ours, "right", "{name}");
    }
    let table: Vec<String> = rows
        .iter()
        .map(|(name, (candles, _))| format!("| `{name}` | {candles} |"))
        .collect();
    let page = include_str!("../docs/candle.md");
    let missing: Vec<_> = table
        .iter()
        .filter(|row| !page.lines().any(|line| line.starts_with(row.as_str())))
        .collect();
    assert!(missing.is_empty(), "docs/candle.md lacks\n{missing:#?}");
}
