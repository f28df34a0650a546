//! What a model is made of: the layers in its fields, and in their fields.

use super::init::Init;
use super::mode::{Mode, no_grad};
use super::parameter::{Buffer, Parameter};
use super::parameters::Parameters;
use super::seeds::Seeds;
use crate::ops::memory::keep_freed_memory;
use crate::{Error, Result};
use candle_core::Device;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::path::Path;

/// Finds the layers of a model in the fields of its struct: see the trait of this name.
pub use eosin_derive::Layers;

/// Everything that has layers or parameters: a single layer, and a model whose fields are layers.
///
/// `#[derive(Layers)]` implements it for your own structs. Names, parameters, saving, and training or evaluation mode follow from
/// the fields; the way forward is [`Module`](super::Module)'s.
///
/// ```
/// use candle_core::Device;
/// use eosin::{Result, Tensor, ops};
/// use eosin::nn::{Layers, Linear, Module};
///
/// #[derive(Layers)]
/// struct TwoLayers { first: Linear, second: Linear }
///
/// impl Module for TwoLayers {
///     fn forward(&self, x: &Tensor) -> Result<Tensor> {
///         self.second.forward(&ops::relu(&self.first.forward(x)?)?)
///     }
/// }
///
/// let model = TwoLayers { first: Linear::new(2, 16), second: Linear::new(16, 1) };
/// let model = model.init(42, &Device::Cpu)?;
/// assert_eq!(model.parameters().count(), 65);
/// assert_eq!(model.parameters().get("second.weight")?.dims(), [1, 16]);
/// # Ok::<(), eosin::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say which layers it has",
    label = "not known to be made of layers",
    note = "write `#[derive(Layers)]` above your struct; a field that holds no layers is marked `#[layers(skip)]`"
)]
pub trait Layers {
    /// Shows each field to `visitor`, in order: `visitor.field("first", &self.first)`. The derive macro writes it.
    fn visit(&self, visitor: &mut Visitor<'_>);

    /// How [`layer_list`](super::layer_list()) names this layer, for example `Linear(2, 16)`; nothing for what is no layer by itself,
    /// such as a list of layers.
    fn describe(&self) -> Option<String> {
        let name = std::any::type_name::<Self>();
        let without_arguments = name.split('<').next().unwrap_or(name);
        let short = without_arguments.rsplit("::").next();
        short.map(str::to_owned)
    }

    /// Where the layer is in memory, by which a [`summary`](super::summary()) knows it again; a box is where its content is.
    #[doc(hidden)]
    fn address(&self) -> *const () {
        std::ptr::from_ref(self).cast()
    }

    /// Draws the first values of all parameters on `device`, by PyTorch's defaults ([`Init::Default`]) unless a layer says
    /// otherwise. The same seed gives the same values on every machine, and the same masks of dropout afterwards.
    ///
    /// # Errors
    /// When the device is out of memory.
    fn init(self, seed: u64, device: &Device) -> Result<Self>
    where
        Self: Sized,
    {
        self.init_with(Init::Default, seed, device)
    }

    /// [`Layers::init`], with weights drawn as `init` says.
    ///
    /// ```
    /// use candle_core::Device;
    /// use eosin::nn::{self, Fan, Init, Layers, Linear};
    /// let init = Init::KaimingNormal(Fan::In, nn::Relu);
    /// let model = nn::sequential![Linear::new(784, 100), nn::Relu, Linear::new(100, 10)];
    /// let model = model.init_with(init, 42, &Device::Cpu)?;
    /// # Ok::<(), eosin::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Layers::init`].
    fn init_with(self, init: Init, seed: u64, device: &Device) -> Result<Self>
    where
        Self: Sized,
    {
        keep_freed_memory();
        draw(&self, "", init, seed, device)?;
        Ok(self)
    }

    /// Draws the parameters of the layer `name` anew, by PyTorch's defaults, and puts its buffers back to their first values:
    /// `model.randomize("fc", 1)?` makes `fc` forget what it has learned, while all other layers keep it. A name stands for all layers
    /// in it, and the empty name for the whole model.
    ///
    /// This is for the sanity check of explanations (Adebayo et al. 2018, section 3): a map that looks the same when layer after
    /// layer forgets does not explain what the network learned. [`Parameters::layers`] lists the layers, the last of which is the top.
    ///
    /// ```
    /// use candle_core::Device;
    /// use eosin::nn::{self, Layers, Linear};
    /// let model = nn::sequential![Linear::new(2, 16), nn::Relu, Linear::new(16, 3)].init(42, &Device::Cpu)?;
    /// let learned = model.parameters().snapshot()?;
    /// for layer in model.parameters().layers().iter().rev() {
    ///     model.randomize(layer, 1)?;
    ///     // Explain again, and compare: `metrics::spearman(&map, &before)?`.
    /// }
    /// model.parameters().restore(&learned)?;
    /// # Ok::<(), eosin::Error>(())
    /// ```
    ///
    /// # Errors
    /// When no parameter belongs to such a layer (the message lists those that do), or the model has not been initialised.
    fn randomize(&self, name: &str, seed: u64) -> Result<()> {
        let parameters = self.parameters();
        let layers = parameters.layers();
        if !layers.iter().any(|layer| is_within(layer, name)) {
            return Err(Error::Invalid(match layers.is_empty() {
                true => "randomize: the model has no values yet; draw them with `.init(seed, &device)?` when you make it".to_owned(),
                false => format!(
                    "randomize: no layer `{name}` has parameters; those that have some are {}",
                    layers.join(", ")
                ),
            }));
        }
        draw(self, name, Init::Default, seed, &parameters.device())
    }

    /// All parameters and buffers by their names: `first.weight` is the weight of the field `first`. A model that has not been
    /// initialised has none.
    fn parameters(&self) -> Parameters {
        let mut parameters = Parameters::default();
        Visitor::walk(self, &mut |name, part| match part {
            Part::Parameter(parameter) => parameters.add_learned(name, parameter.get()),
            Part::Buffer(buffer) => parameters.add_buffer(name, buffer.get()),
            _ => {}
        });
        parameters
    }

    /// Puts all layers in training mode, in which every model begins: dropout drops, and batch normalisation follows the batch.
    fn train(&self) {
        set_training(self, true);
    }

    /// Puts all layers in evaluation mode: dropout does nothing, and batch normalisation uses what it has learned.
    fn eval(&self) {
        set_training(self, false);
    }

    /// Writes all parameters and buffers to a safetensors file, whole or not at all.
    ///
    /// # Errors
    /// When the file cannot be written.
    fn save(&self, path: impl AsRef<Path>) -> Result<()>
    where
        Self: Sized,
    {
        self.parameters().save(path)
    }

    /// Reads what [`Layers::save`] wrote. Nothing is changed unless all of it fits.
    ///
    /// # Errors
    /// See [`Parameters::load`].
    fn load(&self, path: impl AsRef<Path>) -> Result<()>
    where
        Self: Sized,
    {
        self.parameters().load(path)
    }
}

/// Draws the values of the layer `name`, or of all layers if it is empty.
fn draw(
    layers: &(impl Layers + ?Sized),
    name: &str,
    init: Init,
    seed: u64,
    device: &Device,
) -> Result<()> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut outcome = Ok(());
    Visitor::walk(layers, &mut |part_name, part| {
        if outcome.is_ok() && is_within(part_name, name) {
            outcome = match part {
                Part::Parameter(parameter) => parameter.draw(init, &mut random, device),
                Part::Buffer(buffer) => buffer.fill(device),
                Part::Seeds(seeds) => {
                    seeds.begin(random.random());
                    Ok(())
                }
                Part::Layer(_) | Part::Mode(_) => Ok(()),
            };
        }
    });
    outcome
}

/// Whether the layer or parameter `name` is `layer` or in it: `fc.weight` is in `fc`, `fc2.weight` is not. Everything is in the
/// model, whose name is empty.
fn is_within(name: &str, layer: &str) -> bool {
    let rest = name.strip_prefix(layer);
    layer.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn set_training(layers: &(impl Layers + ?Sized), training: bool) {
    Visitor::walk(layers, &mut |_, part| {
        if let Part::Mode(mode) = part {
            mode.set_training(training);
        }
    });
}

/// Runs `work` with all layers in evaluation mode and without gradients, then puts every layer back into the mode it had.
pub fn evaluating<T>(layers: &(impl Layers + ?Sized), work: impl FnOnce() -> T) -> T {
    let mut before = Vec::new();
    Visitor::walk(layers, &mut |_, part| {
        if let Part::Mode(mode) = part {
            before.push(mode.is_training());
            mode.set_training(false);
        }
    });
    let result = no_grad(work);
    let mut before = before.into_iter();
    Visitor::walk(layers, &mut |_, part| {
        if let Part::Mode(mode) = part
            && let Some(training) = before.next()
        {
            mode.set_training(training);
        }
    });
    result
}

/// What a visitor meets.
pub enum Part<'a> {
    /// A field of a model, before what is in it.
    Layer(&'a dyn Layers),
    Parameter(&'a Parameter),
    Buffer(&'a Buffer),
    Seeds(&'a Seeds),
    Mode(&'a Mode),
}

/// Goes through a model, field by field, and knows the name of the place where it is.
pub struct Visitor<'a> {
    names: Vec<String>,
    meet: &'a mut dyn FnMut(&str, Part<'_>),
}

impl Visitor<'_> {
    /// Calls `meet` for each part of a model, in order, with its name.
    pub(super) fn walk(layers: &(impl Layers + ?Sized), meet: &mut dyn FnMut(&str, Part<'_>)) {
        let names = Vec::new();
        layers.visit(&mut Visitor { names, meet });
    }

    /// Visits the field `name` of a struct.
    pub fn field(&mut self, name: &str, layers: &dyn Layers) {
        self.names.push(name.to_owned());
        self.part(Part::Layer(layers));
        layers.visit(self);
        self.names.pop();
    }

    fn part(&mut self, part: Part<'_>) {
        (self.meet)(&self.names.join("."), part);
    }
}

/// What has a part of its own.
macro_rules! parts {
    ($($type:ident),*) => {
        $(impl Layers for $type {
            fn visit(&self, visitor: &mut Visitor<'_>) {
                visitor.part(Part::$type(self));
            }

            fn describe(&self) -> Option<String> {
                None
            }
        })*
    };
}

parts!(Parameter, Buffer, Seeds, Mode);

/// What may stand among the layers of a struct without being one.
macro_rules! without_layers {
    ($($type:ty),*) => {
        $(impl Layers for $type {
            fn visit(&self, _: &mut Visitor<'_>) {}

            fn describe(&self) -> Option<String> {
                None
            }
        })*
    };
}

without_layers!(
    (),
    bool,
    char,
    f32,
    f64,
    i32,
    i64,
    u32,
    u64,
    usize,
    &str,
    String,
    Device
);

impl<T: Layers + ?Sized> Layers for Box<T> {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        (**self).visit(visitor);
    }

    fn describe(&self) -> Option<String> {
        (**self).describe()
    }

    fn address(&self) -> *const () {
        (**self).address()
    }
}

impl<T: Layers> Layers for Option<T> {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        if let Some(layers) = self {
            layers.visit(visitor);
        }
    }

    fn describe(&self) -> Option<String> {
        self.as_ref()?.describe()
    }

    fn address(&self) -> *const () {
        let layers = self.as_ref().map(Layers::address);
        layers.unwrap_or_else(|| std::ptr::from_ref(self).cast())
    }
}

impl<T: Layers> Layers for [T] {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        for (number, layers) in self.iter().enumerate() {
            visitor.field(&number.to_string(), layers);
        }
    }

    fn describe(&self) -> Option<String> {
        None
    }
}

impl<T: Layers> Layers for Vec<T> {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        self.as_slice().visit(visitor);
    }

    fn describe(&self) -> Option<String> {
        None
    }
}

impl<T: Layers, const N: usize> Layers for [T; N] {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        self.as_slice().visit(visitor);
    }

    fn describe(&self) -> Option<String> {
        None
    }
}

impl<A: Layers, B: Layers> Layers for (A, B) {
    fn visit(&self, visitor: &mut Visitor<'_>) {
        visitor.field("0", &self.0);
        visitor.field("1", &self.1);
    }

    fn describe(&self) -> Option<String> {
        None
    }
}

/// rust-analyzer does not run derive macros within the kernel: there, every type has layers.
#[cfg(rust_analyzer)]
impl<T> Layers for T {
    fn visit(&self, _: &mut Visitor<'_>) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::{BatchNorm2d, Conv2d, Flatten, Linear, Relu};
    use crate::sequential;
    use candle_core::Device;

    #[test]
    fn a_layer_forgets_and_all_others_remember() {
        // The numbers of eleven layers: `1` is not a part of `10`.
        let model = sequential![
            Conv2d::new(1, 2, 3),
            BatchNorm2d::new(2),
            Relu,
            Relu,
            Relu,
            Relu,
            Relu,
            Relu,
            Relu,
            Flatten,
            Linear::new(8, 2),
        ];
        let model = model.init(1, &Device::Cpu).unwrap();
        let parameters = model.parameters();
        assert_eq!(parameters.layers(), ["0", "1", "10"]);
        let variance = parameters.get("1.running_var").unwrap();
        variance
            .set(&(variance.as_tensor() * 3.0).unwrap())
            .unwrap();
        let value = |name: &str| -> Vec<f32> {
            let variable = parameters.get(name).unwrap();
            variable.flatten_all().unwrap().to_vec1().unwrap()
        };
        let all = || ["0.weight", "1.running_var", "10.weight", "10.bias"].map(value);
        let learned = all();
        model.randomize("1", 7).unwrap();
        assert_eq!(value("1.running_var"), [1.0, 1.0]);
        assert_eq!(
            (value("0.weight"), value("10.weight")),
            (learned[0].clone(), learned[2].clone())
        );
        model.randomize("10", 7).unwrap();
        let drawn = all();
        assert_eq!(drawn[0], learned[0]);
        assert!(drawn[2] != learned[2] && drawn[3] != learned[3]);
        model.randomize("10", 7).unwrap();
        assert_eq!(all(), drawn, "the seed decides");
        model.randomize("", 1).unwrap();
        assert_eq!(all().last(), learned.last(), "the whole model as at first");
        let message = model.randomize("2", 7).unwrap_err().to_string();
        assert!(
            message.contains("no layer `2` has parameters; those that have some are 0, 1, 10"),
            "{message}"
        );
    }
}
