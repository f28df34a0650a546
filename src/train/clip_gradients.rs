//! Gradients of limited size.

use crate::nn::Parameters;
use crate::{Error, Gradients, Result, Tensor};
use candle_core::DType;

/// Makes the gradients of all parameters smaller, all by the same factor, if their norm is above `max_norm`: one steep place then
/// throws the weights no further than that, and the direction stays (Pascanu et al. 2013, algorithm 1). As PyTorch's
/// `clip_grad_norm_`, the factor is `max_norm / (norm + 1e-6)`, at most 1, and the norm is the root of the sum of all squares.
///
/// Returns the norm before. In your own loop it belongs between `backward` and the optimizer's step; with a
/// [`Trainer`](super::Trainer), call [`clip_gradients`](super::Trainer::clip_gradients).
///
/// ```
/// use candle_core::Device;
/// use eosin::{Var, nn::Parameters, train};
/// let place = Var::new(&[3f32, 4.], &Device::Cpu)?;
/// let mut gradients = (place.sqr()?.sum_all()? / 2.0)?.backward()?;
/// let parameters = Parameters::of([("place", &place)]);
/// let norm = train::clip_gradient_norm(&parameters, &mut gradients, 1.0)?;
/// assert_eq!(norm, 5.0);
/// let clipped: Vec<f32> = gradients.get(&place).unwrap().to_vec1()?;
/// assert!((clipped[0] - 0.6).abs() < 1e-5 && (clipped[1] - 0.8).abs() < 1e-5);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When `max_norm` is not above 0, or the norm is NaN or infinite; then the gradients stay as they are.
pub fn clip_gradient_norm(
    parameters: &Parameters,
    gradients: &mut Gradients,
    max_norm: f64,
) -> Result<f64> {
    let clipping = Clipping::Norm(max_norm);
    clipping.check("clip_gradient_norm")?;
    finite("clip_gradient_norm", clipping.apply(parameters, gradients)?)
}

/// Brings every element of the gradients of all parameters into `-max_value..=max_value`, as PyTorch's `clip_grad_value_`. Unlike
/// [`clip_gradient_norm`], this changes the direction.
///
/// # Errors
/// When `max_value` is not above 0, or an element is NaN or infinite; then the gradients stay as they are.
pub fn clip_gradient_value(
    parameters: &Parameters,
    gradients: &mut Gradients,
    max_value: f64,
) -> Result<()> {
    let clipping = Clipping::Value(max_value);
    clipping.check("clip_gradient_value")?;
    finite(
        "clip_gradient_value",
        clipping.apply(parameters, gradients)?,
    )
    .map(drop)
}

fn finite(function: &str, norm: f64) -> Result<f64> {
    match norm.is_finite() {
        true => Ok(norm),
        false => Err(Error::Invalid(format!(
            "{function}: the norm of the gradients is {norm}, so they point nowhere; try a smaller learning rate, and look for NaN in \
             the data and for a division by 0 or a logarithm of 0 in the loss"
        ))),
    }
}

/// How gradients are made smaller before each step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Clipping {
    Norm(f64),
    Value(f64),
}

impl Clipping {
    /// An error that names the `function` where the limit was given, if it is none.
    pub fn check(self, function: &str) -> Result<()> {
        let (Clipping::Norm(limit) | Clipping::Value(limit)) = self;
        match limit > 0.0 {
            true => Ok(()),
            false => Err(Error::Invalid(format!(
                "{function}: the limit must be above 0, it is {limit}; a common one is 1"
            ))),
        }
    }

    /// The norm before; if it is not finite, nothing is changed.
    pub fn apply(self, parameters: &Parameters, gradients: &mut Gradients) -> Result<f64> {
        let norm = norm(parameters, gradients)?;
        if !norm.is_finite() {
            return Ok(norm);
        }
        let clip = |gradient: &Tensor| match self {
            Clipping::Norm(max_norm) => gradient * (max_norm / (norm + 1e-6)),
            Clipping::Value(max_value) => gradient.clamp(-max_value, max_value),
        };
        let has_effect = match self {
            Clipping::Norm(max_norm) => max_norm < norm + 1e-6,
            Clipping::Value(max_value) => max_value < norm,
        };
        for (_, variable) in parameters.iter().filter(|_| has_effect) {
            if let Some(gradient) = gradients.get(variable) {
                let clipped = clip(gradient)?;
                gradients.insert(variable, clipped);
            }
        }
        Ok(norm)
    }
}

/// The root of the sum of all squares; 0 if there is no gradient.
fn norm(parameters: &Parameters, gradients: &Gradients) -> Result<f64> {
    let of_each = parameters
        .iter()
        .filter_map(|(_, variable)| gradients.get(variable));
    let squares: Vec<Tensor> = of_each
        .map(|gradient| gradient.to_dtype(DType::F64)?.sqr()?.sum_all())
        .collect::<Result<_>>()?;
    if squares.is_empty() {
        return Ok(0.0);
    }
    // One number, so that a GPU is waited for once.
    let sum: f64 = Tensor::stack(&squares, 0)?.sum_all()?.to_scalar()?;
    Ok(sum.sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Var;
    use crate::train::test_runs::{Points, Witness, a_line, squared_error, turn, weights};
    use crate::train::{Sgd, Trainer};
    use candle_core::Device;

    /// Two variables and what their gradients are, the second of them without one.
    fn with_gradient(values: &[f32]) -> (Var, Var, Gradients) {
        let ones = vec![1f32; values.len()];
        let one = Var::from_vec(ones, values.len(), &Device::Cpu).unwrap();
        let other = Var::new(1f32, &Device::Cpu).unwrap();
        let mut gradients = Gradients::default();
        gradients.insert(&one, Tensor::new(values, &Device::Cpu).unwrap());
        (one, other, gradients)
    }

    #[test]
    fn gradients_below_the_limit_stay_bit_for_bit_and_missing_ones_do_not_matter() {
        let (one, other, mut gradients) = with_gradient(&[0.3, -0.4]);
        let parameters = Parameters::of([("one", &one), ("other", &other)]);
        let norm = clip_gradient_norm(&parameters, &mut gradients, 1.0).unwrap();
        assert!((norm - 0.5).abs() < 1e-7);
        clip_gradient_value(&parameters, &mut gradients, 0.5).unwrap();
        let found: Vec<f32> = gradients.get(&one).unwrap().to_vec1().unwrap();
        assert_eq!(found, [0.3, -0.4]);
        assert!(gradients.get(&other).is_none());
    }

    #[test]
    fn what_is_no_limit_and_gradients_that_are_no_numbers_are_told() {
        for strange in [f32::NAN, f32::INFINITY] {
            let (one, _, mut gradients) = with_gradient(&[1.0, strange]);
            let parameters = Parameters::of([("one", &one)]);
            let message = clip_gradient_norm(&parameters, &mut gradients, 1.0).unwrap_err();
            assert!(message.to_string().contains("the norm of the gradients is"));
        }
        let (one, _, mut gradients) = with_gradient(&[1.0]);
        let parameters = Parameters::of([("one", &one)]);
        for limit in [0.0, -1.0, f64::NAN] {
            let message = clip_gradient_value(&parameters, &mut gradients, limit).unwrap_err();
            assert!(message.to_string().contains("above 0"), "{message}");
        }
    }

    #[test]
    fn a_trainer_takes_no_longer_step_than_the_limit_allows() {
        let _turn = turn();
        let model = a_line();
        let before = weights(&model).concat();
        Trainer::new(&model, squared_error)
            .optimizer(Sgd::new(1.0))
            .epochs(1)
            .clip_gradients(0.01)
            .fit_without_validation(&Points(&[4]))
            .unwrap();
        let after = weights(&model).concat();
        let moved = before.iter().zip(&after).map(|(a, b)| (a - b).powi(2));
        let moved = moved.sum::<f32>().sqrt();
        assert!((moved - 0.01).abs() < 1e-5, "{moved}");
        let refused = Trainer::new(&model, squared_error).clip_gradients(0.0);
        let message = refused.fit_without_validation(&Points(&[4])).unwrap_err();
        assert!(message.to_string().contains("above 0"), "{message}");
    }

    #[test]
    fn gradients_that_explode_end_the_run_with_its_best_weights() {
        let _turn = turn();
        let (model, mut witness) = (a_line(), Witness::default());
        let batches = std::cell::Cell::new(0);
        // Adds 0, whose gradient is too large for an f32.
        let loss = |output: &Tensor, target: &Tensor| {
            batches.set(batches.get() + 1);
            let loss = squared_error(output, target)?;
            match batches.get() {
                3 => &loss + (((&loss - loss.detach())? * 1e30)? * 1e30)?,
                _ => Ok(loss),
            }
        };
        let history = Trainer::new(&model, loss)
            .optimizer(Sgd::new(0.01))
            .clip_gradients(1.0)
            .callback(&mut witness)
            .fit_without_validation(&Points(&[4]))
            .unwrap();
        assert_eq!((history.epochs.len(), history.best_epoch), (2, Some(2)));
        assert_eq!(weights(&model), witness.weights[1]);
        let note = &witness.notes[0];
        assert!(note.contains("the norm of the gradients is"), "{note}");
        assert!(note.contains("in epoch 3, batch 1"), "{note}");
    }
}
