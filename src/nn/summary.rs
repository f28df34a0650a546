//! What each layer of a model makes of an input, and what it costs.

use super::layer_kind::LayerKind;
use super::layer_list::{LayerRow, in_thousands, indented, layer_list, write_table};
use super::layers::evaluating;
use super::module::Module;
use super::receptive_field::{ReceptiveField, View};
use super::trace::{Call, Identity, Source, Trace, trace, traced_model};
use crate::{Result, Tensor};
use candle_core::{DType, Shape};
use std::collections::HashMap;
use std::fmt;

/// Bytes of a parameter: they are f32.
const BYTES: usize = 4;

/// One layer of a [`Summary`]. The numbers of a layer that is made of others are those of all the layers in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SummaryRow {
    /// The layer's place in the model, such as `up.0.1`; empty for the model itself, and for a layer made on the way, in `forward`.
    pub name: String,
    /// Its kind and settings, such as `Linear(784, 128)`.
    pub layer: String,
    /// How many other layers it is part of: 0 for the model itself.
    pub depth: usize,
    /// Of its last output; nothing if it did not run, or is a struct whose `forward` was not called by a [`Sequential`](super::Sequential).
    pub output: Option<Shape>,
    /// How many values it learns.
    pub parameters: usize,
    /// Products that are added up, for the whole batch: see [`summary`].
    pub multiply_adds: usize,
    /// Bytes of its outputs.
    pub memory: usize,
    /// What one value of the output sees; nothing where that is unknown.
    pub receptive_field: Option<ReceptiveField>,
}

/// One run of a layer that has no layers in it, or the end of a model where several outputs meet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SummaryStep {
    /// The index of its row.
    pub row: usize,
    pub kind: LayerKind,
    pub output: Shape,
    /// What its input was computed from: several where a skip connection ends.
    pub sources: Vec<Source>,
}

/// A table of layers and what they do to one input: see [`summary`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// The shape of the model's input.
    pub input: Shape,
    /// The model itself, then its layers in the order of its fields.
    pub rows: Vec<SummaryRow>,
    /// The layers in the order in which they ran, each as often as it ran.
    pub steps: Vec<SummaryStep>,
}

/// Runs a model once, on zeros of the shape `input`, in evaluation mode and without gradients, and says for each layer: the shape of
/// its output, its parameters, its multiply-adds, the memory of its output and its receptive field. It works for your own structs,
/// too: what their `forward` computes between layers is followed, but has no row.
///
/// *Multiply-adds* are those of torchinfo for convolutions and fully connected layers: each weight and each bias once for each
/// position of the output. A transposed convolution uses its weights once for each position of its input (torchinfo takes the
/// output), and a normalisation is one for each value (torchinfo: one for each parameter). The rest counts nothing.
///
/// *Memory* is that of each layer's output by itself, also where an activation could share it with the layer before.
///
/// *Receptive fields* follow Araujo et al. (2019, Distill): a kernel of `k` taps adds `(k - 1) * dilation * jump` pixels, where the
/// jump is the product of the strides so far. They are approximate in three ways: with a skip connection the largest counts; edges of
/// the image are ignored; a transposed convolution counts for the output pixel that most taps reach. Where an operation that is no
/// layer changes the size of the image, what follows is unknown.
///
/// ```
/// use candle_core::Device;
/// use eosin::nn::{self, MnistModel};
/// let model = MnistModel::new(42, &Device::Cpu)?;
/// let summary = nn::summary(&model, (1, 1, 28, 28))?;
/// assert_eq!(summary.parameters(), 3_274_634);
/// assert_eq!(summary.multiply_adds(), 13_922_570);
/// println!("{summary}");
/// # Ok::<(), eosin::Error>(())
/// ```
///
/// # Errors
/// When the model refuses the input, or has not been initialised.
pub fn summary(model: &(impl Module + ?Sized), input: impl Into<Shape>) -> Result<Summary> {
    let shape = input.into();
    let device = model.parameters().device();
    let zeros = Tensor::zeros(&shape, DType::F32, &device)?;
    let trace = evaluating(model, || {
        trace(&zeros, |input| traced_model(model, || model.forward(input)))
    })?;
    Ok(summarize(layer_list(model).rows, shape, trace))
}

/// From what there is and what happened to the table.
fn summarize(layers: Vec<LayerRow>, input: Shape, trace: Trace) -> Summary {
    let mut known: HashMap<Identity, Vec<usize>> = HashMap::new();
    for (row, layer) in layers.iter().enumerate() {
        if let Some(identity) = &layer.identity {
            known.entry(identity.clone()).or_default().push(row);
        }
    }
    let mut rows: Vec<SummaryRow> = layers.into_iter().map(SummaryRow::from).collect();
    let mut places = Places {
        known,
        used: HashMap::new(),
    };
    let views = views(&input, &trace.calls);
    let mut steps: Vec<SummaryStep> = Vec::new();
    for (call, view) in trace.calls.iter().zip(&views) {
        let row = places.next(&call.identity).unwrap_or_else(|| {
            // A layer that is no field of the model: it belongs to the model that runs, below the layer that ran before.
            let model = call.model.map(|model| &trace.models[model].identity);
            let model = model.and_then(|model| places.row_of(model)).unwrap_or(0);
            let depth = rows[model].depth + 1;
            let row = steps.last().map_or(0, |step| end_of(&rows, step.row));
            let row = row.clamp(model + 1, end_of(&rows, model));
            rows.insert(row, SummaryRow::on_the_way(call, depth));
            places.make_room(row);
            for step in steps.iter_mut().filter(|step| step.row >= row) {
                step.row += 1;
            }
            row
        });
        rows[row].output = Some(call.output.clone());
        let mut part = Some(row);
        while let Some(row) = part {
            rows[row].multiply_adds += multiply_adds(call);
            rows[row].memory += call.memory;
            rows[row].receptive_field = view.receptive_field();
            let depth = rows[row].depth;
            part = (0..row).rev().find(|&other| rows[other].depth < depth);
        }
        steps.push(SummaryStep {
            row,
            kind: call.kind,
            output: call.output.clone(),
            sources: call.sources.clone(),
        });
    }
    places.used.clear();
    for model in &trace.models {
        if let Some(row) = places.next(&model.identity) {
            let view = seen(&input, &trace.calls, &views, &model.sources, &model.output);
            rows[row].output = Some(model.output.clone());
            rows[row].receptive_field = view.receptive_field();
        }
    }
    Summary { input, rows, steps }
}

/// One past the last row of the layers that a row is made of.
fn end_of(rows: &[SummaryRow], row: usize) -> usize {
    let parts = rows[row + 1..].iter();
    let parts = parts.take_while(|part| part.depth > rows[row].depth);
    row + 1 + parts.count()
}

/// The rows of layers. Layers without fields have no address of their own: their rows are taken in turn.
struct Places {
    known: HashMap<Identity, Vec<usize>>,
    used: HashMap<Identity, usize>,
}

impl Places {
    fn row_of(&self, identity: &Identity) -> Option<usize> {
        self.known.get(identity)?.first().copied()
    }

    fn next(&mut self, identity: &Identity) -> Option<usize> {
        let rows = self.known.get(identity)?;
        let used = self.used.entry(identity.clone()).or_default();
        let row = rows[*used % rows.len()];
        *used += 1;
        Some(row)
    }

    fn make_room(&mut self, new: usize) {
        for row in self.known.values_mut().flatten() {
            *row += usize::from(*row >= new);
        }
    }
}

/// What the values of each call's output see.
fn views(input: &Shape, calls: &[Call]) -> Vec<View> {
    let mut views: Vec<View> = Vec::new();
    for call in calls {
        let before = seen(input, calls, &views, &call.sources, &call.input);
        views.push(before.after(call.kind, &call.input, &call.output));
    }
    views
}

/// What the values of a tensor see that was computed from `sources` by operations that are no layers.
fn seen(input: &Shape, calls: &[Call], views: &[View], sources: &[Source], shape: &Shape) -> View {
    let views = sources.iter().map(|source| {
        let (view, before) = match *source {
            Source::Input => (View::of_input(input), input),
            Source::Step(number) => (views[number], &calls[number].output),
        };
        let is_resized = match (before.dims(), shape.dims()) {
            ([_, _, before @ ..], [_, _, now @ ..]) => before.len() == now.len() && before != now,
            _ => false,
        };
        if is_resized { View::Unknown } else { view }
    });
    views.reduce(View::or).unwrap_or(View::Unknown)
}

fn multiply_adds(call: &Call) -> usize {
    let positions = |shape: &Shape, channels: usize| {
        let dims = shape.dims();
        shape.elem_count() / dims.get(channels).copied().unwrap_or(1).max(1)
    };
    match call.kind {
        LayerKind::Convolution(_) => (call.weight + call.bias) * positions(&call.output, 1),
        LayerKind::TransposedConvolution(_) => {
            call.weight * positions(&call.input, 1) + call.bias * positions(&call.output, 1)
        }
        LayerKind::Linear => {
            let last = call.output.rank().saturating_sub(1);
            (call.weight + call.bias) * positions(&call.output, last)
        }
        LayerKind::Normalization => call.output.elem_count(),
        LayerKind::Pooling(_)
        | LayerKind::AdaptivePooling
        | LayerKind::Elementwise
        | LayerKind::Join => 0,
    }
}

impl From<LayerRow> for SummaryRow {
    fn from(layer: LayerRow) -> Self {
        SummaryRow {
            name: layer.name,
            layer: layer.layer,
            depth: layer.depth,
            output: None,
            parameters: layer.parameters,
            multiply_adds: 0,
            memory: 0,
            receptive_field: None,
        }
    }
}

impl SummaryRow {
    fn on_the_way(call: &Call, depth: usize) -> Self {
        SummaryRow {
            name: String::new(),
            layer: call.identity.layer().to_owned(),
            depth,
            output: None,
            parameters: call.weight + call.bias,
            multiply_adds: 0,
            memory: 0,
            receptive_field: None,
        }
    }

    fn cells(&self) -> Vec<String> {
        let output = self.output.as_ref().map(in_parentheses);
        let field = self.receptive_field.map(|field| field.to_string());
        let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
        vec![
            self.name.clone(),
            indented(&self.layer, self.depth),
            or_dash(output),
            in_thousands(self.parameters),
            in_thousands(self.multiply_adds),
            in_bytes(self.memory),
            or_dash(field),
        ]
    }
}

impl Summary {
    fn of_model(&self, number: impl Fn(&SummaryRow) -> usize) -> usize {
        self.rows.first().map_or(0, number)
    }

    /// How many values the whole model learns; buffers such as running means do not count.
    pub fn parameters(&self) -> usize {
        self.of_model(|row| row.parameters)
    }

    /// Multiply-adds of the whole model, for the whole batch.
    pub fn multiply_adds(&self) -> usize {
        self.of_model(|row| row.multiply_adds)
    }

    /// Bytes of the outputs of all layers.
    pub fn memory(&self) -> usize {
        self.of_model(|row| row.memory)
    }

    /// Header, rows and totals, as text. The first two columns are texts.
    pub fn table(&self) -> Vec<Vec<String>> {
        let header = [
            "name",
            "layer",
            "output",
            "parameters",
            "multiply-adds",
            "memory",
            "receptive field",
        ];
        let totals = [
            "total".to_owned(),
            String::new(),
            String::new(),
            in_thousands(self.parameters()),
            in_thousands(self.multiply_adds()),
            in_bytes(self.memory()),
            String::new(),
        ];
        let header = std::iter::once(header.map(str::to_owned).to_vec());
        let rows = self.rows.iter().map(SummaryRow::cells);
        header.chain(rows).chain([totals.to_vec()]).collect()
    }

    /// What the totals mean, in a sentence or two.
    pub fn totals(&self) -> String {
        let parameters = self.parameters();
        format!(
            "For an input of {}: {} parameters, all of them trainable, take {}; the outputs of all layers take {}.",
            in_parentheses(&self.input),
            in_thousands(parameters),
            in_bytes(parameters * BYTES),
            in_bytes(self.memory()),
        )
    }
}

/// A shape as the documentation writes it: (N, C, H, W).
fn in_parentheses(shape: &Shape) -> String {
    let sizes: Vec<String> = shape.dims().iter().map(ToString::to_string).collect();
    format!("({})", sizes.join(", "))
}

/// 1536 as 1.5 KiB.
fn in_bytes(bytes: usize) -> String {
    let (mut number, mut unit) = (bytes as f64, "B");
    for larger in ["KiB", "MiB", "GiB"] {
        if number >= 1024.0 {
            (number, unit) = (number / 1024.0, larger);
        }
    }
    match unit {
        _ if bytes == 0 => "-".to_owned(),
        "B" => format!("{bytes} B"),
        _ => format!("{number:.1} {unit}"),
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_table(formatter, &self.table(), 2)?;
        writeln!(formatter, "{}", self.totals())
    }
}
