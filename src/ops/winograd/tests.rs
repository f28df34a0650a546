use crate::ops::gradient_check::normal;
use crate::ops::{Activation, ConvOptions, backward, conv2d, dropout, tanh};
use crate::{Result, Tensor, Var};
use candle_core::DType;

/// Result and gradients of input, weight and bias.
fn of(inputs: &[Tensor; 3], compute: impl Fn(&[Var; 3]) -> Result<Tensor>) -> Result<Vec<Tensor>> {
    let variables = inputs
        .each_ref()
        .map(|input| Var::from_tensor(input).unwrap());
    let result = compute(&variables)?;
    let weights = normal(result.dims(), 9).to_dtype(result.dtype())?;
    let gradients = backward(&(&result * weights)?.sum_all()?)?;
    let of_variables = variables
        .iter()
        .map(|variable| gradients.get(variable).unwrap().clone());
    Ok([result].into_iter().chain(of_variables).collect())
}

/// The sum of convolutions with few channels each, which are direct convolutions.
fn direct(variables: &[Var; 3], options: &ConvOptions) -> Result<Tensor> {
    const FEW: usize = 10;
    let [input, weight, bias] = variables;
    let part = |first: usize| {
        let bias = (first == 0).then_some(bias.as_tensor());
        let count = FEW.min(input.dim(1)? - first);
        conv2d(
            &input.narrow(1, first, count)?,
            &weight.narrow(1, first, count)?,
            bias,
            options,
        )
    };
    let parts = (0..input.dim(1)?).step_by(FEW).map(part);
    let sum = parts.reduce(|sum, part| sum? + part?);
    sum.expect("there are channels")
}

#[test]
fn results_and_gradients_are_those_of_direct_convolution() {
    for (n, (h, w), outputs, kernel, padding) in [
        (1, (1, 1), 48, 3, (1, 1)),
        (2, (7, 7), 50, 3, (1, 1)),
        (3, (4, 5), 48, 3, (0, 2)),
        (1, (3, 90), 61, 3, (2, 0)),
        (9, (14, 9), 48, 3, (1, 0)),
        (20, (4, 4), 40, 3, (1, 1)),
        (1, (2, 3), 33, 5, (2, 2)),
        (2, (6, 75), 40, 5, (0, 3)),
        (17, (9, 14), 50, 5, (4, 1)),
    ] {
        let inputs = [
            normal(&[n, 50, h, w], 1),
            // Larger ones would leave only saturated tanh.
            (normal(&[outputs, 50, kernel, kernel], 2) / 30.0).unwrap(),
            normal(&[outputs], 3),
        ];
        let plain = ConvOptions::new().padding(padding);
        let with_epilogue = plain.activation(Activation::Tanh).dropout(0.3, 5);
        for (dtype, tolerance) in [(DType::F64, 1e-11), (DType::F32, 2e-5)] {
            let inputs = inputs
                .each_ref()
                .map(|input| input.to_dtype(dtype).unwrap());
            let ours = of(&inputs, |[input, weight, bias]| {
                conv2d(input, weight, Some(bias), &with_epilogue)
            });
            let wanted = of(&inputs, |variables| {
                dropout(&tanh(&direct(variables, &plain)?)?, 0.3, 5)
            });
            for (ours, wanted) in ours.unwrap().iter().zip(wanted.unwrap()) {
                assert_eq!(ours.dims(), wanted.dims());
                let largest = |tensor: &Tensor| -> f64 {
                    let all = tensor.abs().unwrap().max_all().unwrap();
                    all.to_dtype(DType::F64).unwrap().to_scalar().unwrap()
                };
                let error = largest(&(ours - &wanted).unwrap()) / largest(&wanted);
                assert!(error < tolerance, "{h} x {w}, {dtype:?}: {error}");
            }
        }
    }
}

/// With the points 0, ±1, ±2 and infinity they would be twice as large.
#[test]
fn rounding_errors_of_single_precision_stay_below_a_millionth() {
    for (size, kernel) in [(16, 3), (12, 5)] {
        let inputs = [
            normal(&[4, 50, size, size], 1),
            normal(&[50, 50, kernel, kernel], 2),
            normal(&[50], 3),
        ];
        let to = |dtype| {
            let inputs = inputs.each_ref().map(|input| input.to_dtype(DType::F32));
            inputs.map(|input| input.unwrap().to_dtype(dtype).unwrap())
        };
        let with = |dtype| {
            let options = ConvOptions::new().padding(kernel / 2);
            of(&to(dtype), |[input, weight, bias]| {
                conv2d(input, weight, Some(bias), &options)
            })
        };
        let all = with(DType::F32).unwrap().into_iter();
        for (single, double) in all.zip(with(DType::F64).unwrap()) {
            let size = |tensor: &Tensor| {
                let squares = tensor.sqr().unwrap().mean_all().unwrap();
                squares.to_scalar::<f64>().unwrap().sqrt()
            };
            let error = size(&(single.to_dtype(DType::F64).unwrap() - &double).unwrap());
            assert!(
                error < 1e-6 * size(&double),
                "{kernel}: {error} of {}",
                size(&double)
            );
        }
    }
}

#[test]
fn nan_reaches_what_it_reaches_in_direct_convolution() {
    for reach in [1, 2] {
        let weight = normal(&[48, 48, 2 * reach + 1, 2 * reach + 1], 1);
        for place in 0..36 {
            let mut numbers = vec![0.0; 48 * 36];
            numbers[7 * 36 + place] = f64::NAN;
            let image = Tensor::from_vec(numbers, (1, 48, 6, 6), weight.device()).unwrap();
            let options = ConvOptions::new().padding(reach);
            let result = conv2d(&image, &weight, None, &options).unwrap();
            let result = result.narrow(1, 3, 1).unwrap().reshape((6, 6)).unwrap();
            for (y, line) in result.to_vec2::<f64>().unwrap().iter().enumerate() {
                for (x, number) in line.iter().enumerate() {
                    let is_near = y.abs_diff(place / 6).max(x.abs_diff(place % 6)) <= reach;
                    assert_eq!(number.is_nan(), is_near, "{place}: {y}, {x}");
                }
            }
        }
    }
}

/// A finite number that overflows only in the tiles is not lost, either.
#[test]
fn infinite_and_very_large_numbers_give_what_direct_convolution_gives() {
    for large in [f64::INFINITY, f64::NEG_INFINITY, f64::MAX / 3.0] {
        let mut numbers: Vec<f64> = normal(&[2 * 50 * 36], 1).to_vec1().unwrap();
        numbers[60 * 36 + 8] = large;
        let weight = normal(&[48, 50, 3, 3], 2);
        let input = Tensor::from_vec(numbers, (2, 50, 6, 6), weight.device()).unwrap();
        let inputs = [input, weight, normal(&[48], 3)];
        let options = ConvOptions::new().padding(1);
        let ours = of(&inputs, |[input, weight, bias]| {
            conv2d(input, weight, Some(bias), &options)
        });
        let wanted = of(&inputs, |variables| direct(variables, &options));
        for (ours, wanted) in ours.unwrap().iter().zip(wanted.unwrap()) {
            let list =
                |tensor: &Tensor| -> Vec<f64> { tensor.flatten_all().unwrap().to_vec1().unwrap() };
            for (ours, wanted) in list(ours).into_iter().zip(list(&wanted)) {
                let is_near = (ours - wanted).abs() <= 1e-9 * wanted.abs().max(1.0);
                let is_same = ours == wanted || ours.is_nan() && wanted.is_nan();
                assert!(is_near || is_same, "{large}: {ours} is not {wanted}");
            }
        }
    }
}

/// Bit by bit.
#[test]
fn results_and_gradients_do_not_depend_on_the_number_of_threads() {
    for images in [1, 9] {
        let inputs = [
            normal(&[images, 50, 9, 5], 1),
            normal(&[70, 50, 3, 3], 2),
            normal(&[70], 3),
        ];
        let with = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
            let all = pool.build().unwrap().install(|| {
                of(&inputs, |[input, weight, bias]| {
                    conv2d(input, weight, Some(bias), &ConvOptions::new().padding(1))
                })
            });
            all.unwrap()
                .iter()
                .flat_map(|tensor| {
                    let numbers: Vec<f64> = tensor.flatten_all().unwrap().to_vec1().unwrap();
                    numbers.into_iter().map(f64::to_bits)
                })
                .collect::<Vec<_>>()
        };
        let wanted = with(1);
        for threads in [2, 3, 7] {
            assert!(
                with(threads) == wanted,
                "{images} images, {threads} threads"
            );
        }
    }
}
