//! The numbers that a model learns, and those that it keeps beside them.

use super::init::Init;
use crate::whole_file::write_whole;
use crate::{Error, Result};
use candle_core::{DType, Device, Shape, Tensor, Var};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use std::collections::HashMap;
use std::path::Path;

/// The named parameters of a model, in the order in which its layers were made, and its buffers: numbers that no gradient
/// changes but that belong to the model, such as the running statistics of batch normalisation.
///
/// Buffers are saved, loaded, copied and restored with the parameters; optimizers do not see them.
#[derive(Debug, Clone, Default)]
pub struct Parameters {
    learned: Vec<(String, Var)>,
    buffers: Vec<(String, Var)>,
}

impl Parameters {
    /// Name and value of each parameter.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Var)> {
        named(&self.learned)
    }

    /// Name and value of each buffer.
    pub fn buffers(&self) -> impl Iterator<Item = (&str, &Var)> {
        named(&self.buffers)
    }

    /// Parameters, then buffers.
    fn all(&self) -> impl Iterator<Item = (&str, &Var)> {
        self.iter().chain(self.buffers())
    }

    /// How many numbers there are to learn; buffers do not count.
    pub fn count(&self) -> usize {
        self.iter().map(|(_, variable)| variable.elem_count()).sum()
    }

    /// A copy of all values, for [`Parameters::restore`].
    ///
    /// # Errors
    /// When a device fails.
    pub fn snapshot(&self) -> Result<Vec<Tensor>> {
        self.all()
            .map(|(_, variable)| Ok(variable.as_tensor().copy()?))
            .collect()
    }

    /// Puts back what [`Parameters::snapshot`] gave.
    ///
    /// # Errors
    /// When a device fails.
    pub fn restore(&self, snapshot: &[Tensor]) -> Result<()> {
        for ((_, variable), value) in self.all().zip(snapshot) {
            variable.set(value)?;
        }
        Ok(())
    }

    /// Writes all values in the safetensors format, whole or not at all.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let tensors: HashMap<&str, Tensor> = self
            .all()
            .map(|(name, variable)| (name, variable.as_tensor().clone()))
            .collect();
        write_whole(path.as_ref(), |file| {
            Ok(candle_core::safetensors::save(&tensors, file.path())?)
        })
    }

    /// Reads values that [`Parameters::save`] wrote. Nothing is changed when anything does not fit.
    ///
    /// # Errors
    /// When the file cannot be read, is cut short, lacks a parameter or has one of another shape.
    pub fn load(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let bytes = std::fs::read(path).map_err(|source| Error::Io {
            path: path.to_owned(),
            source,
        })?;
        let refuse = |reason: String| Error::Invalid(format!("{}: {reason}", path.display()));
        let mut values = Vec::new();
        let file = safetensors::SafeTensors::deserialize(&bytes)
            .map_err(|error| refuse(format!("not a whole safetensors file ({error})")))?;
        for (name, variable) in self.all() {
            let view = file
                .tensor(name)
                .map_err(|_| refuse(format!("it has no parameter `{name}`")))?;
            if view.shape() != variable.dims() {
                return Err(refuse(format!(
                    "parameter `{name}` has shape {:?} there, the model needs {:?}",
                    view.shape(),
                    variable.dims()
                )));
            }
            let dtype = DType::try_from(view.dtype())?;
            values.push(
                Tensor::from_raw_buffer(view.data(), dtype, view.shape(), variable.device())?
                    .to_dtype(variable.dtype())?,
            );
        }
        self.restore(&values)
    }
}

fn named(variables: &[(String, Var)]) -> impl Iterator<Item = (&str, &Var)> {
    variables
        .iter()
        .map(|(name, variable)| (name.as_str(), variable))
}

/// Makes parameters with names and seeded values: one builder makes one model.
///
/// The same seed gives the same values on every machine.
pub struct Builder {
    parameters: Parameters,
    random: ChaCha8Rng,
    device: Device,
    path: Vec<String>,
    init: Init,
}

impl Builder {
    pub fn new(seed: u64, device: &Device) -> Self {
        crate::ops::memory::keep_freed_memory();
        Builder {
            parameters: Parameters::default(),
            random: ChaCha8Rng::seed_from_u64(seed),
            device: device.clone(),
            path: Vec::new(),
            init: Init::Default,
        }
    }

    /// Makes a layer whose parameters' names begin with `name`.
    ///
    /// # Errors
    /// Those of `make`.
    pub fn layer<T>(&mut self, name: &str, make: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.path.push(name.to_owned());
        let layer = make(self);
        self.path.pop();
        layer
    }

    /// Draws the weights of all layers that `make` makes as `init` says.
    ///
    /// ```
    /// use candle_core::Device;
    /// use eosin::nn::{Builder, Fan, Init, Linear};
    /// use eosin::ops::Activation;
    /// let mut builder = Builder::new(42, &Device::Cpu);
    /// let init = Init::KaimingNormal(Fan::In, Activation::Relu);
    /// let [first, second] = builder.init(init, |builder| {
    ///     Ok([
    ///         builder.layer("first", |builder| Linear::new(784, 100, builder))?,
    ///         builder.layer("second", |builder| Linear::new(100, 100, builder))?,
    ///     ])
    /// })?;
    /// # Ok::<(), eosin::Error>(())
    /// ```
    ///
    /// # Errors
    /// Those of `make`.
    pub fn init<T>(&mut self, init: Init, make: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let before = std::mem::replace(&mut self.init, init);
        let layers = make(self);
        self.init = before;
        layers
    }

    /// The parameter `weight` of a layer, drawn as [`Builder::init`] says: (outputs, inputs, ...).
    ///
    /// # Errors
    /// When the device has no room.
    pub fn weight(&mut self, shape: impl Into<Shape>) -> Result<Tensor> {
        self.init.weight(shape.into(), self)
    }

    /// The parameter `bias` of a layer that has this weight.
    ///
    /// # Errors
    /// When the device has no room.
    pub fn bias(&mut self, outputs: usize, weight: &Tensor) -> Result<Tensor> {
        self.init.bias(outputs, weight, self)
    }

    /// A parameter with values drawn evenly from `-bound..bound`.
    ///
    /// # Errors
    /// When the device has no room.
    pub fn uniform(&mut self, name: &str, shape: impl Into<Shape>, bound: f64) -> Result<Tensor> {
        let bound = bound as f32;
        self.drawn(name, shape, |random| {
            (random.random::<f32>() * 2.0 - 1.0) * bound
        })
    }

    /// A parameter with values drawn from a normal distribution around 0.
    ///
    /// # Errors
    /// When the device has no room.
    pub fn normal(
        &mut self,
        name: &str,
        shape: impl Into<Shape>,
        deviation: f64,
    ) -> Result<Tensor> {
        let deviation = deviation as f32;
        self.drawn(name, shape, |random| {
            let normal: f32 = StandardNormal.sample(random);
            normal * deviation
        })
    }

    /// A parameter whose values are all `value` at first.
    ///
    /// # Errors
    /// When the device has no room.
    pub fn constant(&mut self, name: &str, shape: impl Into<Shape>, value: f32) -> Result<Tensor> {
        self.drawn(name, shape, |_| value)
    }

    /// A buffer (see [`Parameters`]) whose values are all `value` at first; the layer changes it by `set`.
    ///
    /// # Errors
    /// When the device has no room.
    pub fn buffer(&mut self, name: &str, shape: impl Into<Shape>, value: f32) -> Result<Var> {
        let buffer = Var::from_tensor(&Tensor::full(value, shape, &self.device)?)?;
        let name = self.full_name(name);
        self.parameters.buffers.push((name, buffer.clone()));
        Ok(buffer)
    }

    fn drawn(
        &mut self,
        name: &str,
        shape: impl Into<Shape>,
        mut draw: impl FnMut(&mut ChaCha8Rng) -> f32,
    ) -> Result<Tensor> {
        let shape = shape.into();
        let values: Vec<f32> = (0..shape.elem_count())
            .map(|_| draw(&mut self.random))
            .collect();
        let variable = Var::from_tensor(&Tensor::from_vec(values, shape, &self.device)?)?;
        let tensor = variable.as_tensor().clone();
        let name = self.full_name(name);
        self.parameters.learned.push((name, variable));
        Ok(tensor)
    }

    /// The name with those of the layers around it.
    fn full_name(&self, name: &str) -> String {
        let layers = self.path.iter().map(String::as_str);
        layers.chain([name]).collect::<Vec<_>>().join(".")
    }

    /// A number for a layer that draws numbers of its own, such as dropout.
    pub fn seed(&mut self) -> u64 {
        self.random.random()
    }

    /// All parameters made so far.
    pub fn finish(self) -> Parameters {
        self.parameters
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two(seed: u64, outputs: usize) -> Parameters {
        let mut builder = Builder::new(seed, &Device::Cpu);
        builder
            .layer("one", |builder| {
                builder.uniform("weight", (outputs, 3), 0.5)?;
                builder.uniform("bias", outputs, 0.5)
            })
            .unwrap();
        builder.finish()
    }

    fn values(parameters: &Parameters) -> Vec<Vec<f32>> {
        parameters
            .iter()
            .map(|(_, variable)| variable.flatten_all().unwrap().to_vec1().unwrap())
            .collect()
    }

    #[test]
    fn saved_values_come_back_and_the_seed_decides_them() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/model.safetensors");
        let (saved, loaded) = (two(1, 2), two(2, 2));
        assert_eq!(values(&saved), values(&two(1, 2)));
        assert_ne!(values(&saved), values(&loaded));
        saved.save(&path).unwrap();
        loaded.load(&path).unwrap();
        assert_eq!(values(&saved), values(&loaded));
        assert_eq!(
            saved.iter().map(|(name, _)| name).collect::<Vec<_>>(),
            ["one.weight", "one.bias"]
        );
    }

    #[test]
    fn buffers_are_kept_with_the_parameters_but_not_learned() {
        let make = || {
            let mut builder = Builder::new(1, &Device::Cpu);
            let buffer = builder
                .layer("one", |builder| {
                    builder.constant("weight", 2, 1.0)?;
                    builder.buffer("mean", 3, 0.5)
                })
                .unwrap();
            (buffer, builder.finish())
        };
        let numbers = |buffer: &Var| buffer.to_vec1::<f32>().unwrap();
        let (buffer, parameters) = make();
        assert_eq!((parameters.count(), parameters.iter().count()), (2, 1));
        let names: Vec<&str> = parameters.buffers().map(|(name, _)| name).collect();
        assert_eq!(names, ["one.mean"]);

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.safetensors");
        let before = parameters.snapshot().unwrap();
        buffer
            .set(&Tensor::new(&[1f32, 2., 3.], &Device::Cpu).unwrap())
            .unwrap();
        parameters.save(&path).unwrap();
        let (loaded_buffer, loaded) = make();
        loaded.load(&path).unwrap();
        assert_eq!(numbers(&loaded_buffer), [1.0, 2.0, 3.0]);
        parameters.restore(&before).unwrap();
        assert_eq!(numbers(&buffer), [0.5; 3]);
    }

    #[test]
    fn files_that_do_not_fit_change_nothing_and_say_why() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.safetensors");
        two(1, 2).save(&path).unwrap();
        let other = two(3, 4);
        let before = values(&other);
        assert!(
            other
                .load(&path)
                .unwrap_err()
                .to_string()
                .contains("`one.weight` has shape [2, 3] there")
        );
        std::fs::write(&path, &std::fs::read(&path).unwrap()[..20]).unwrap();
        assert!(
            other
                .load(&path)
                .unwrap_err()
                .to_string()
                .contains("not a whole safetensors file")
        );
        assert!(
            other
                .load(folder.path().join("none"))
                .unwrap_err()
                .to_string()
                .contains("none")
        );
        assert_eq!(before, values(&other));
    }
}
