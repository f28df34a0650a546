//! The way back through our own operations.
//!
//! candle's `backward` begins the gradient of every tensor with zeros and adds to them. [`backward`] hands a gradient on as it
//! is and adds only where two meet, which saves an eighth of a U-Net's step. It must know which operation made a tensor; candle
//! does not tell, so it is remembered here for as long as candle's graph holds the operation.

use super::{Activation, add};
use crate::Result;
use candle_core::backprop::GradStore;
use candle_core::{CustomOp1, CustomOp2, CustomOp3, Tensor, TensorId};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError, Weak};

/// The gradients of everything that `loss` (one number) was computed from: what candle's `loss.backward()` gives, sooner when
/// all of it was computed by operations of [`ops`](crate::ops). With any other operation on the way it is candle's own.
///
/// ```
/// use candle_core::{Device, Var};
/// use eosin::ops::{Activation, backward, linear};
/// let (x, w) = (Var::new(&[[3f32]], &Device::Cpu)?, Var::new(&[[2f32]], &Device::Cpu)?);
/// let b = Var::new(&[1f32], &Device::Cpu)?;
/// let gradients = backward(&linear(&x, &w, &b, Activation::Identity)?)?;
/// assert_eq!(gradients.get(&w).unwrap().to_vec2::<f32>()?, [[3.]]);
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When an operation on the way has no gradient, or a device fails.
pub fn backward(loss: &Tensor) -> Result<GradStore> {
    let nodes = loss.sorted_nodes();
    let Some(steps) = steps(&nodes) else {
        return Ok(loss.backward()?);
    };
    // Only candle makes a store: that of a constant holds the constant's own gradient.
    let constant = loss.detach();
    let mut gradients = constant.backward()?;
    if let Some(one) = gradients.remove(&constant) {
        gradients.insert(loss, one);
    }
    for (node, step) in steps {
        let Some(gradient) = gradients.remove(node) else {
            continue;
        };
        for (input, gradient) in step.gradients(node, &gradient)? {
            let gradient = match gradients.remove(input) {
                Some(other) => add(&other, &gradient.detach(), Activation::Identity)?,
                None => gradient,
            };
            gradients.insert(input, gradient.detach());
        }
    }
    Ok(gradients)
}

/// Operations by the tensor that each has made.
static MADE: LazyLock<Mutex<HashMap<TensorId, Made>>> = LazyLock::new(Mutex::default);

/// Does not keep the operation: only candle's graph does.
struct Made {
    operation: Operation<Weak<One>, Weak<Two>, Weak<Three>>,
    inputs: Vec<Input>,
}

enum Operation<A, B, C> {
    One(A),
    Two(B),
    Three(C),
}

type One = Box<dyn CustomOp1 + Send + Sync>;
type Two = Box<dyn CustomOp2 + Send + Sync>;
type Three = Box<dyn CustomOp3 + Send + Sync>;

enum Input {
    /// Has a gradient, so it is found among the nodes of the graph.
    Node(TensorId),
    Constant(Tensor),
}

impl Made {
    fn is_in_a_graph(&self) -> bool {
        0 < match &self.operation {
            Operation::One(operation) => operation.strong_count(),
            Operation::Two(operation) => operation.strong_count(),
            Operation::Three(operation) => operation.strong_count(),
        }
    }
}

/// An operation of a graph with its inputs.
struct Step {
    operation: Operation<Arc<One>, Arc<Two>, Arc<Three>>,
    inputs: Vec<Tensor>,
}

impl Step {
    /// The inputs that have a gradient, with it.
    fn gradients(
        &self,
        result: &Tensor,
        gradient: &Tensor,
    ) -> candle_core::Result<Vec<(&Tensor, Tensor)>> {
        let gradients = match (&self.operation, &self.inputs[..]) {
            (Operation::One(operation), [a]) => vec![operation.bwd(a, result, gradient)?],
            (Operation::Two(operation), [a, b]) => {
                let gradients = operation.bwd(a, b, result, gradient)?;
                vec![gradients.0, gradients.1]
            }
            (Operation::Three(operation), [a, b, c]) => {
                let gradients = operation.bwd(a, b, c, result, gradient)?;
                vec![gradients.0, gradients.1, gradients.2]
            }
            _ => Vec::new(),
        };
        let pairs = self.inputs.iter().zip(gradients);
        Ok(pairs
            .filter(|(input, _)| input.track_op())
            .filter_map(|(input, gradient)| Some((input, gradient?)))
            .collect())
    }
}

/// The operation of every node that is not a variable; none when any is not ours.
fn steps<'a>(nodes: &[&'a Tensor]) -> Option<Vec<(&'a Tensor, Step)>> {
    let by_id: HashMap<TensorId, &Tensor> = nodes.iter().map(|&node| (node.id(), node)).collect();
    let made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    let step = |node: &Tensor| {
        let Made { operation, inputs } = made.get(&node.id())?;
        let operation = match operation {
            Operation::One(operation) => Operation::One(operation.upgrade()?),
            Operation::Two(operation) => Operation::Two(operation.upgrade()?),
            Operation::Three(operation) => Operation::Three(operation.upgrade()?),
        };
        let inputs = inputs.iter().map(|input| match input {
            Input::Node(id) => by_id.get(id).map(|&node| node.clone()),
            Input::Constant(tensor) => Some(tensor.clone()),
        });
        let inputs = inputs.collect::<Option<_>>()?;
        Some(Step { operation, inputs })
    };
    let nodes = nodes.iter().filter(|node| !node.is_variable());
    nodes.map(|&node| Some((node, step(node)?))).collect()
}

/// Remembers what has made `result`, and forgets what is in no graph any more.
fn made(
    result: candle_core::Result<Tensor>,
    operation: Operation<Weak<One>, Weak<Two>, Weak<Three>>,
    inputs: &[&Tensor],
) -> Result<Tensor> {
    let result = result?;
    if result.track_op() {
        let inputs = inputs.iter().map(|&input| match input.track_op() {
            true => Input::Node(input.id()),
            false => Input::Constant(input.clone()),
        });
        let inputs = inputs.collect();
        let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
        if made.len() == made.capacity() {
            made.retain(|_, made| made.is_in_a_graph());
        }
        made.insert(result.id(), Made { operation, inputs });
    }
    Ok(result)
}

/// Applies an operation so that [`backward`] knows it.
pub fn apply1(input: &Tensor, operation: impl CustomOp1 + Send + Sync + 'static) -> Result<Tensor> {
    let operation: Arc<One> = Arc::new(Box::new(operation));
    let weak = Operation::One(Arc::downgrade(&operation));
    made(input.apply_op1_arc(operation), weak, &[input])
}

/// As [`apply1`].
pub fn apply2(
    first: &Tensor,
    second: &Tensor,
    operation: impl CustomOp2 + Send + Sync + 'static,
) -> Result<Tensor> {
    let operation: Arc<Two> = Arc::new(Box::new(operation));
    let weak = Operation::Two(Arc::downgrade(&operation));
    made(
        first.apply_op2_arc(second, operation),
        weak,
        &[first, second],
    )
}

/// As [`apply1`].
pub fn apply3(
    first: &Tensor,
    second: &Tensor,
    third: &Tensor,
    operation: impl CustomOp3 + Send + Sync + 'static,
) -> Result<Tensor> {
    let operation: Arc<Three> = Arc::new(Box::new(operation));
    let weak = Operation::Three(Arc::downgrade(&operation));
    let result = first.apply_op3_arc(second, third, operation);
    made(result, weak, &[first, second, third])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::{Layers, Module, UNet};
    use crate::ops::gradient_check::normal;
    use crate::ops::{Activation, bce_dice_loss, linear};
    use candle_core::{DType, Device, Var};

    /// The largest difference between the gradients of the two ways.
    fn difference(loss: &Tensor, variables: &[&Var]) -> f64 {
        let (ours, candles) = (backward(loss).unwrap(), loss.backward().unwrap());
        let differences = variables.iter().map(|variable| {
            let (ours, candles) = (ours.get(variable).unwrap(), candles.get(variable).unwrap());
            let difference = (ours - candles).unwrap().abs().unwrap().max_all().unwrap();
            difference
                .to_dtype(DType::F64)
                .unwrap()
                .to_scalar()
                .unwrap()
        });
        differences.fold(0.0, f64::max)
    }

    #[test]
    fn gradients_are_those_that_candle_adds_up() {
        let model = UNet::new(1, &Device::Cpu).unwrap();
        let image = normal(&[2, 3, 32, 16], 1).to_dtype(DType::F32).unwrap();
        let mask = Tensor::ones((2, 1, 32, 16), DType::F32, &Device::Cpu).unwrap();
        let loss = bce_dice_loss(&model.forward(&image).unwrap(), &mask).unwrap();
        assert!(
            steps(&loss.sorted_nodes()).is_some(),
            "all operations are ours"
        );
        let parameters = model.parameters();
        let variables: Vec<&Var> = parameters.iter().map(|(_, variable)| variable).collect();
        assert!(difference(&loss, &variables) < 1e-6);
    }

    #[test]
    fn what_is_used_twice_gets_both_gradients_and_other_operations_are_left_to_candle() {
        let weight = Var::from_tensor(&normal(&[3, 3], 1)).unwrap();
        let bias = Var::from_tensor(&normal(&[3], 2)).unwrap();
        let twice = |input: &Tensor| {
            let once = linear(input, &weight, &bias, Activation::Tanh).unwrap();
            linear(&once, &weight, &bias, Activation::Tanh).unwrap()
        };
        let target = Tensor::ones((2, 3), DType::F64, &Device::Cpu).unwrap();
        let output = twice(&normal(&[2, 3], 3));
        let loss = bce_dice_loss(&output, &target).unwrap();
        assert!(
            steps(&loss.sorted_nodes()).is_some(),
            "all operations are ours"
        );
        assert!(difference(&loss, &[&weight, &bias]) < 1e-15);

        let foreign = (output.sqr().unwrap() + &target)
            .unwrap()
            .sum_all()
            .unwrap();
        assert!(steps(&foreign.sorted_nodes()).is_none());
        assert!(difference(&foreign, &[&weight, &bias]) == 0.0);
    }

    #[test]
    fn operations_are_forgotten_with_their_graph() {
        let weight = Var::from_tensor(&normal(&[2, 2], 1)).unwrap();
        let bias = Var::from_tensor(&normal(&[2], 2)).unwrap();
        let input = normal(&[1, 2], 3);
        let apply = || linear(&input, &weight, &bias, Activation::Identity).unwrap();
        let id = apply().id();
        for _ in 0..10_000 {
            apply();
        }
        let made = MADE.lock().unwrap();
        assert!(!made.contains_key(&id));
        assert!(made.len() < 5_000);
    }
}
