//! Which operation has made which tensor.
//!
//! [`backward`](super::backward()) must know it. candle does not tell, so every operation of ours is noted here, for as long as
//! candle's graph holds it.

use super::operation::{Custom, Operation};
use crate::{Result, Tensor};
use candle_core::{CustomOp1, CustomOp2, CustomOp3, TensorId};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError, Weak};

/// Operations, by the tensor that each has made.
static MADE: LazyLock<Mutex<HashMap<TensorId, Made>>> = LazyLock::new(Mutex::default);

/// Does not keep the operation alive: only candle's graph does.
struct Made {
    operation: AnyOperation<Weak<One>, Weak<Two>, Weak<Three>>,
    inputs: Vec<Source>,
}

enum AnyOperation<A, B, C> {
    One(A),
    Two(B),
    Three(C),
}

type One = Box<dyn CustomOp1 + Send + Sync>;
type Two = Box<dyn CustomOp2 + Send + Sync>;
type Three = Box<dyn CustomOp3 + Send + Sync>;

enum Source {
    /// Has a gradient, so it is among the nodes of the graph.
    Node(TensorId),
    Constant(Tensor),
}

impl Made {
    fn is_in_a_graph(&self) -> bool {
        0 < match &self.operation {
            AnyOperation::One(operation) => operation.strong_count(),
            AnyOperation::Two(operation) => operation.strong_count(),
            AnyOperation::Three(operation) => operation.strong_count(),
        }
    }
}

/// An operation of a graph with its inputs.
pub struct Step {
    operation: AnyOperation<Arc<One>, Arc<Two>, Arc<Three>>,
    inputs: Vec<Tensor>,
}

impl Step {
    /// The inputs that have a gradient, each with it.
    pub fn gradients(&self, result: &Tensor, gradient: &Tensor) -> Result<Vec<(&Tensor, Tensor)>> {
        let inputs: Vec<_> = self.inputs.iter().map(Tensor::as_candle).collect();
        let (result, gradient) = (result.as_candle(), gradient.as_candle());
        let gradients = match (&self.operation, &inputs[..]) {
            (AnyOperation::One(operation), [a]) => vec![operation.bwd(a, result, gradient)?],
            (AnyOperation::Two(operation), [a, b]) => {
                let gradients = operation.bwd(a, b, result, gradient)?;
                vec![gradients.0, gradients.1]
            }
            (AnyOperation::Three(operation), [a, b, c]) => {
                let gradients = operation.bwd(a, b, c, result, gradient)?;
                vec![gradients.0, gradients.1, gradients.2]
            }
            _ => Vec::new(),
        };
        let pairs = self.inputs.iter().zip(gradients);
        Ok(pairs
            .filter(|(input, _)| input.track_op())
            .filter_map(|(input, gradient)| Some((input, gradient?.into())))
            .collect())
    }
}

/// The operation of every node that is not a variable; nothing when any of them is not ours.
pub fn steps(nodes: &[Tensor]) -> Option<Vec<(&Tensor, Step)>> {
    let by_id: HashMap<TensorId, &Tensor> = nodes.iter().map(|node| (node.id(), node)).collect();
    let made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    let step = |node: &Tensor| {
        let Made { operation, inputs } = made.get(&node.id())?;
        let operation = match operation {
            AnyOperation::One(operation) => AnyOperation::One(operation.upgrade()?),
            AnyOperation::Two(operation) => AnyOperation::Two(operation.upgrade()?),
            AnyOperation::Three(operation) => AnyOperation::Three(operation.upgrade()?),
        };
        let inputs = inputs.iter().map(|input| match input {
            Source::Node(id) => by_id.get(id).map(|&node| node.clone()),
            Source::Constant(tensor) => Some(tensor.clone()),
        });
        let inputs = inputs.collect::<Option<_>>()?;
        Some(Step { operation, inputs })
    };
    let nodes = nodes.iter().filter(|node| !node.is_variable());
    nodes.map(|node| Some((node, step(node)?))).collect()
}

/// Notes what has made `result`, and forgets operations that are in no graph any more.
fn made(
    result: candle_core::Result<candle_core::Tensor>,
    operation: AnyOperation<Weak<One>, Weak<Two>, Weak<Three>>,
    inputs: &[&Tensor],
) -> Result<Tensor> {
    let result = Tensor::from(result?);
    if result.track_op() {
        let inputs = inputs.iter().map(|&input| match input.track_op() {
            true => Source::Node(input.id()),
            false => Source::Constant(input.clone()),
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

/// Applies an operation so that [`backward`](super::backward()) knows it.
pub fn apply1(input: &Tensor, operation: impl Operation<1> + 'static) -> Result<Tensor> {
    let input = &input.contiguous()?;
    let operation: Arc<One> = Arc::new(Box::new(Custom(operation)));
    let weak = AnyOperation::One(Arc::downgrade(&operation));
    made(input.as_candle().apply_op1_arc(operation), weak, &[input])
}

/// As [`apply1`].
pub fn apply2(
    first: &Tensor,
    second: &Tensor,
    operation: impl Operation<2> + 'static,
) -> Result<Tensor> {
    let (first, second) = (&first.contiguous()?, &second.contiguous()?);
    let operation: Arc<Two> = Arc::new(Box::new(Custom(operation)));
    let weak = AnyOperation::Two(Arc::downgrade(&operation));
    let result = first
        .as_candle()
        .apply_op2_arc(second.as_candle(), operation);
    made(result, weak, &[first, second])
}

/// As [`apply1`].
pub fn apply3(
    first: &Tensor,
    second: &Tensor,
    third: &Tensor,
    operation: impl Operation<3> + 'static,
) -> Result<Tensor> {
    let (first, second, third) = (
        &first.contiguous()?,
        &second.contiguous()?,
        &third.contiguous()?,
    );
    let operation: Arc<Three> = Arc::new(Box::new(Custom(operation)));
    let weak = AnyOperation::Three(Arc::downgrade(&operation));
    let result = first
        .as_candle()
        .apply_op3_arc(second.as_candle(), third.as_candle(), operation);
    made(result, weak, &[first, second, third])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Var;
    use crate::ops::gradient_check::normal;
    use crate::ops::linear;

    #[test]
    fn operations_are_forgotten_with_their_graph() {
        let weight = Var::from_tensor(&normal(&[2, 2], 1)).unwrap();
        let bias = Var::from_tensor(&normal(&[2], 2)).unwrap();
        let input = normal(&[1, 2], 3);
        let apply = || linear(&input, &weight, Some(&bias)).unwrap();
        let id = apply().id();
        for _ in 0..10_000 {
            apply();
        }
        let made = MADE.lock().unwrap();
        assert!(!made.contains_key(&id));
        assert!(made.len() < 5_000);
    }
}
