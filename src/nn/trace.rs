//! What the layers of a model do in one run: the notes from which [`summary`](super::summary()) is made.
//!
//! Layers are called from a model's own `forward`, with other operations between them. While a trace runs, the output of each layer
//! becomes a variable, and parameters are no variables (see [`no_grad`](super::no_grad())). So the variables that candle finds
//! behind a layer's input are the outputs that it was computed from, whatever was done to them: concatenation, sums, reshaping.

use super::layer_kind::LayerKind;
use super::layers::{Layers, Part, Visitor};
use crate::{Result, Tensor, Var};
use candle_core::{Shape, TensorId};
use std::cell::RefCell;
use std::collections::HashMap;

thread_local!(static TRACE: RefCell<Option<Trace>> = const { RefCell::new(None) });

/// Which layer it is. A struct and its first field begin at the same address, and differ in what they are.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Identity {
    address: usize,
    layer: String,
}

impl Identity {
    /// Nothing for what is no layer by itself.
    pub fn of(layers: &(impl Layers + ?Sized)) -> Option<Self> {
        layers.describe().map(|layer| Identity {
            address: layers.address().addr(),
            layer,
        })
    }

    pub fn layer(&self) -> &str {
        &self.layer
    }
}

/// Where the input of a layer comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The input of the whole model.
    Input,
    /// The output of this step, counted from 0.
    Step(usize),
}

/// One run of a layer that has no layers in it, or the end of a model where several outputs meet.
#[derive(Debug)]
pub(super) struct Call {
    pub identity: Identity,
    pub kind: LayerKind,
    pub input: Shape,
    pub output: Shape,
    /// Bytes of the output.
    pub memory: usize,
    /// Elements of its weight and of its bias.
    pub weight: usize,
    pub bias: usize,
    pub sources: Vec<Source>,
    /// The innermost of the models that were running, by number.
    pub model: Option<usize>,
}

/// One run of a model, or of a layer that is made of others.
#[derive(Debug)]
pub(super) struct ModelRun {
    pub identity: Identity,
    pub output: Shape,
    /// What its output was computed from.
    pub sources: Vec<Source>,
}

#[derive(Debug, Default)]
pub(super) struct Trace {
    pub calls: Vec<Call>,
    pub models: Vec<ModelRun>,
    running: Vec<usize>,
    outputs: HashMap<TensorId, Source>,
}

/// What happens while `work` gets `input` as a variable, so that everything computed from it is known.
pub(super) fn trace(input: &Tensor, work: impl FnOnce(&Tensor) -> Result<Tensor>) -> Result<Trace> {
    /// Ends the trace, also after a panic.
    struct End(Option<Trace>);
    impl Drop for End {
        fn drop(&mut self) {
            TRACE.set(self.0.take());
        }
    }
    let input = Var::from_tensor(input)?;
    let mut trace = Trace::default();
    trace.outputs.insert(input.id(), Source::Input);
    let _end = End(TRACE.replace(Some(trace)));
    work(&input)?;
    Ok(TRACE.take().unwrap_or_default())
}

pub(super) fn is_tracing() -> bool {
    TRACE.with_borrow(Option::is_some)
}

/// Runs a layer, and notes it while a trace runs.
pub(super) fn traced(
    layer: &dyn Layers,
    kind: LayerKind,
    input: &Tensor,
    compute: impl FnOnce() -> Result<Tensor>,
) -> Result<Tensor> {
    let output = compute()?;
    TRACE.with_borrow_mut(|trace| match trace {
        Some(trace) => trace.note(layer, kind, input, output),
        None => Ok(output),
    })
}

/// As [`traced`], for a model or a layer that is made of others, which make notes of their own.
pub(super) fn traced_model(
    model: &(impl Layers + ?Sized),
    compute: impl FnOnce() -> Result<Tensor>,
) -> Result<Tensor> {
    let Some(identity) = Identity::of(model) else {
        return compute();
    };
    let number = TRACE.with_borrow_mut(|trace| Some(trace.as_mut()?.begin(identity)));
    let output = compute()?;
    TRACE.with_borrow_mut(|trace| match (trace, number) {
        (Some(trace), Some(number)) => trace.end(number, output),
        _ => Ok(output),
    })
}

impl Trace {
    fn begin(&mut self, identity: Identity) -> usize {
        let number = self.models.len();
        self.models.push(ModelRun {
            identity,
            output: ().into(),
            sources: Vec::new(),
        });
        self.running.push(number);
        number
    }

    /// Where several outputs meet at the end of a model, their sum or concatenation counts as a layer of its own: what follows has
    /// one source again.
    fn end(&mut self, number: usize, output: Tensor) -> Result<Tensor> {
        self.running.pop();
        let mut output = output;
        if self.sources(&output).len() > 1 {
            let identity = self.models[number].identity.clone();
            let joined = output.clone();
            output = self.add(identity, LayerKind::Join, &joined, &joined, (0, 0))?;
        }
        self.models[number].output = output.shape().clone();
        self.models[number].sources = self.sources(&output);
        Ok(output)
    }

    fn note(
        &mut self,
        layer: &dyn Layers,
        kind: LayerKind,
        input: &Tensor,
        output: Tensor,
    ) -> Result<Tensor> {
        let Some(identity) = Identity::of(layer) else {
            return Ok(output);
        };
        let (mut weight, mut bias) = (0, 0);
        Visitor::walk(layer, &mut |name, part| {
            if let Part::Parameter(parameter) = part {
                let count = if name == "bias" {
                    &mut bias
                } else {
                    &mut weight
                };
                *count += parameter.shape().elem_count();
            }
        });
        self.add(identity, kind, input, &output, (weight, bias))
    }

    /// Returns the output as a variable.
    fn add(
        &mut self,
        identity: Identity,
        kind: LayerKind,
        input: &Tensor,
        output: &Tensor,
        (weight, bias): (usize, usize),
    ) -> Result<Tensor> {
        let sources = self.sources(input);
        let output = Var::from_tensor(output)?.as_tensor().clone();
        self.outputs
            .insert(output.id(), Source::Step(self.calls.len()));
        self.calls.push(Call {
            identity,
            kind,
            input: input.shape().clone(),
            output: output.shape().clone(),
            memory: output.elem_count() * output.dtype().size_in_bytes(),
            weight,
            bias,
            sources,
            model: self.running.last().copied(),
        });
        Ok(output)
    }

    /// The outputs that a tensor was computed from, in order. An operation without a gradient hides what is behind it: then it is the
    /// layer before.
    fn sources(&self, tensor: &Tensor) -> Vec<Source> {
        let nodes = tensor.as_candle().sorted_nodes();
        let known = |node: &&candle_core::Tensor| self.outputs.get(&node.id()).copied();
        let mut sources: Vec<Source> = nodes.iter().filter_map(known).collect();
        if sources.is_empty() {
            let last = self.calls.len().checked_sub(1);
            sources.push(last.map_or(Source::Input, Source::Step));
        }
        sources.sort_by_key(|source| match source {
            Source::Input => 0,
            Source::Step(number) => number + 1,
        });
        sources
    }
}
