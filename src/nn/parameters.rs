//! All parameters of a model, by name, and its buffers.

use super::trained::Trained;
use super::transfer::Transfer;
use crate::whole_file::write_whole;
use crate::{Error, Result, Tensor, Var};
use candle_core::safetensors::Load;
use candle_core::{DType, Device};
use std::collections::{HashMap, HashSet};
use std::io::Write;
use std::path::Path;

/// The named parameters of a model, in the order of its fields, and its buffers: values that no gradient changes but that belong
/// to the model, such as the running statistics of batch normalisation.
///
/// Buffers are saved, loaded, copied and restored with the parameters; optimizers do not see them. `model.parameters()` gives
/// them; without a model, [`Parameters::of`] takes variables of your own:
///
/// ```
/// use candle_core::Device;
/// use eosin::Var;
/// use eosin::nn::Parameters;
/// use eosin::train::{Optimizer, Sgd};
/// let place = Var::new(4f32, &Device::Cpu)?;
/// let parameters = Parameters::of([("place", &place)]);
/// let gradients = place.sqr()?.backward()?;
/// Sgd::new(0.25).step(&parameters, &gradients)?;
/// assert_eq!(place.to_scalar::<f32>()?, 2.0);
/// # Ok::<(), eosin::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Parameters {
    learned: Vec<(String, Var)>,
    buffers: Vec<(String, Var)>,
}

impl Parameters {
    /// These variables as parameters.
    pub fn of<'a>(variables: impl IntoIterator<Item = (&'a str, &'a Var)>) -> Self {
        let mut parameters = Parameters::default();
        for (name, variable) in variables {
            parameters.add_learned(name, Some(variable));
        }
        parameters
    }

    pub(super) fn add_learned(&mut self, name: &str, variable: Option<&Var>) {
        let named = variable.map(|variable| (name.to_owned(), variable.clone()));
        self.learned.extend(named);
    }

    pub(super) fn add_buffer(&mut self, name: &str, variable: Option<&Var>) {
        let named = variable.map(|variable| (name.to_owned(), variable.clone()));
        self.buffers.extend(named);
    }

    /// The parameter or buffer with this name; it shares its memory with the model.
    ///
    /// # Errors
    /// When there is none; the message lists those that there are.
    pub fn get(&self, name: &str) -> Result<Var> {
        let found = self.all().find(|(known, _)| *known == name);
        found.map(|(_, variable)| variable.clone()).ok_or_else(|| {
            let names: Vec<&str> = self.all().map(|(name, _)| name).collect();
            Error::Invalid(format!(
                "the model has no parameter `{name}`; it has {}",
                match names.is_empty() {
                    true => "none at all".to_owned(),
                    false => names.join(", "),
                }
            ))
        })
    }

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

    /// The names of the layers that have parameters, from the bottom of the model to its top: `fc` if there is `fc.weight`.
    /// The name is empty if the model is a single layer.
    pub fn layers(&self) -> Vec<String> {
        let mut layers: Vec<String> = Vec::new();
        for (name, _) in self.iter() {
            let layer = name.rsplit_once('.').map_or("", |(layer, _)| layer);
            if layers.last().is_none_or(|last| last != layer) {
                layers.push(layer.to_owned());
            }
        }
        layers
    }

    /// How many values there are to learn; buffers do not count.
    pub fn count(&self) -> usize {
        self.iter().map(|(_, variable)| variable.elem_count()).sum()
    }

    /// Where the model is: the device of its first parameter, or the CPU if it has none.
    pub fn device(&self) -> Device {
        let first = self.iter().next();
        first.map_or(Device::Cpu, |(_, variable)| variable.device().clone())
    }

    /// A copy of all values, for [`Parameters::restore`].
    ///
    /// # Errors
    /// When a device fails.
    pub fn snapshot(&self) -> Result<Vec<Tensor>> {
        self.all()
            .map(|(_, variable)| variable.as_tensor().copy())
            .collect()
    }

    /// Puts back what [`Parameters::snapshot`] gave.
    ///
    /// # Errors
    /// When a device fails.
    pub fn restore(&self, snapshot: &[Tensor]) -> Result<()> {
        for ((_, variable), value) in self.all().zip(snapshot) {
            variable.set(&value.to_device(variable.device())?)?;
        }
        Ok(())
    }

    /// Writes all values in the safetensors format, whole or not at all.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let tensors: HashMap<&str, candle_core::Tensor> = self
            .all()
            .map(|(name, variable)| (name, variable.as_candle().clone()))
            .collect();
        write_whole(path.as_ref(), |file| {
            Ok(candle_core::safetensors::save(&tensors, file.path())?)
        })
    }

    /// Reads values that [`Parameters::save`] wrote. Nothing is changed unless all of it fits.
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
            .map_err(|error| refuse(format!("not a complete safetensors file ({error})")))?;
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
            let value = candle_core::Tensor::from_raw_buffer(
                view.data(),
                dtype,
                view.shape(),
                variable.device(),
            )?;
            values.push(value.to_dtype(variable.dtype())?.into());
        }
        self.restore(&values)
    }

    /// All tensors of a safetensors file as parameters, which can be used as a source for [`copy_matching`](Self::copy_matching), on the
    /// CPU and as f32.
    ///
    /// # Errors
    /// When the file cannot be read, or is cut short.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let bytes = std::fs::read(path).map_err(|source| Error::Io {
            path: path.to_owned(),
            source,
        })?;
        Self::from_safetensors(&bytes)
            .map_err(|reason| Error::Invalid(format!("{}: {reason}", path.display())))
    }

    /// [`Parameters::read`], or the reason why not.
    pub(super) fn from_safetensors(bytes: &[u8]) -> Result<Self, String> {
        let file = safetensors::SafeTensors::deserialize(bytes)
            .map_err(|error| format!("not a complete safetensors file ({error})"))?;
        let mut parameters = Parameters::default();
        for (name, view) in file.iter() {
            let value =
                Load::load(&view, &Device::Cpu).and_then(|value| value.to_dtype(DType::F32));
            let variable = value.and_then(|value| candle_core::Var::from_tensor(&value));
            let variable = variable.map_err(|error| format!("`{name}`: {error}"))?;
            parameters.add_learned(name, Some(&variable.into()));
        }
        Ok(parameters)
    }

    /// Writes all values as f16, with these facts, whole or not at all.
    pub(super) fn save_half(&self, path: &Path, facts: HashMap<String, String>) -> Result<()> {
        let half =
            |(name, variable): (_, &Var)| Ok((name, variable.as_candle().to_dtype(DType::F16)?));
        let tensors = self.all().map(half).collect::<Result<Vec<(&str, _)>>>()?;
        let bytes = safetensors::serialize(tensors, Some(facts))
            .map_err(|error| Error::Invalid(format!("{}: {error}", path.display())))?;
        write_whole(path, |file| {
            file.write_all(&bytes).map_err(|source| Error::Io {
                path: path.to_owned(),
                source,
            })
        })
    }

    /// The same values, whose names begin with `to` where they began with `from`; other names stay. It shares the memory.
    ///
    /// `renamed("encoder.", "")` makes `0.weight` of `encoder.0.weight`, and `renamed("", "encoder.")` does the opposite.
    ///
    /// # Errors
    /// When two values would have the same name.
    pub fn renamed(&self, from: &str, to: &str) -> Result<Self> {
        let rename = |(name, variable): &(String, Var)| {
            let name = match name.strip_prefix(from) {
                Some(rest) => format!("{to}{rest}"),
                None => name.clone(),
            };
            (name, variable.clone())
        };
        let renamed = Parameters {
            learned: self.learned.iter().map(rename).collect(),
            buffers: self.buffers.iter().map(rename).collect(),
        };
        let mut names = HashSet::new();
        let twice = renamed.all().find(|(name, _)| !names.insert(*name));
        if let Some((name, _)) = twice {
            return Err(Error::Invalid(format!(
                "renamed: `{from}` as `{to}` would give two values the name `{name}`"
            )));
        }
        Ok(renamed)
    }

    /// Takes over all values of `source` that have the name and the shape of one here, such as those of a model that has learned
    /// something else; what does not fit stays as it is. To keep what was taken over, freeze it:
    /// [`Trainer::frozen`](crate::train::Trainer::frozen).
    ///
    /// ```
    /// use candle_core::Device;
    /// use eosin::nn::{Layers, Linear, sequential};
    /// let pretrained = sequential![Linear::new(2, 16), Linear::new(16, 3)].init(1, &Device::Cpu)?;
    /// let model = sequential![Linear::new(2, 16), Linear::new(16, 10)].init(2, &Device::Cpu)?;
    /// let transfer = model.parameters().copy_matching(&pretrained.parameters())?;
    /// assert_eq!(transfer.fitted, ["0.weight", "0.bias"]);
    /// println!("{transfer}");
    /// # Ok::<(), eosin::Error>(())
    /// ```
    ///
    /// # Errors
    /// When nothing fits, or a device fails.
    pub fn copy_matching(&self, source: &Parameters) -> Result<Transfer> {
        Transfer::run(source, self)
    }

    /// [`copy_matching`](Self::copy_matching) from a safetensors file. If names there begin differently, write
    /// `copy_matching(&Parameters::read(path)?.renamed("encoder.", "")?)`.
    ///
    /// # Errors
    /// As [`Parameters::read`] and [`Parameters::copy_matching`].
    pub fn load_matching(&self, path: impl AsRef<Path>) -> Result<Transfer> {
        self.copy_matching(&Parameters::read(path)?)
    }

    /// Gives the model of a lesson weights that come with the crate, so that you can go on without training it.
    ///
    /// # Errors
    /// When there are no such weights (the message lists those that there are), or the model is another one.
    pub fn load_trained(&self, name: &str) -> Result<Trained> {
        Trained::load(name, self)
    }
}

fn named(variables: &[(String, Var)]) -> impl Iterator<Item = (&str, &Var)> {
    variables
        .iter()
        .map(|(name, variable)| (name.as_str(), variable))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::{BatchNorm2d, Layers, Linear};
    use crate::sequential;

    fn two(seed: u64, outputs: usize) -> Parameters {
        let model = sequential![Linear::new(3, outputs)];
        model.init(seed, &Device::Cpu).unwrap().parameters()
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
            ["0.weight", "0.bias"]
        );
    }

    #[test]
    fn buffers_are_kept_with_the_parameters_but_not_learned() {
        let make = || {
            let norm = BatchNorm2d::new(3).init(1, &Device::Cpu).unwrap();
            norm.parameters()
        };
        let mean = |parameters: &Parameters| parameters.get("running_mean").unwrap();
        let numbers = |buffer: Var| buffer.to_vec1::<f32>().unwrap();
        let parameters = make();
        assert_eq!((parameters.count(), parameters.iter().count()), (6, 2));
        let names: Vec<&str> = parameters.buffers().map(|(name, _)| name).collect();
        assert_eq!(names, ["running_mean", "running_var"]);

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.safetensors");
        let before = parameters.snapshot().unwrap();
        mean(&parameters)
            .set(&Tensor::new(&[1f32, 2., 3.], &Device::Cpu).unwrap())
            .unwrap();
        parameters.save(&path).unwrap();
        let loaded = make();
        loaded.load(&path).unwrap();
        assert_eq!(numbers(mean(&loaded)), [1.0, 2.0, 3.0]);
        parameters.restore(&before).unwrap();
        assert_eq!(numbers(mean(&parameters)), [0.0; 3]);
    }

    #[test]
    fn a_name_that_is_not_there_is_answered_with_those_that_are() {
        let message = two(1, 2).get("0.wieght").unwrap_err().to_string();
        assert!(message.contains("`0.wieght`") && message.contains("0.weight, 0.bias"));
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
                .contains("`0.weight` has shape [2, 3] there")
        );
        std::fs::write(&path, &std::fs::read(&path).unwrap()[..20]).unwrap();
        assert!(
            other
                .load(&path)
                .unwrap_err()
                .to_string()
                .contains("not a complete safetensors file")
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
