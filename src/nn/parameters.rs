//! All parameters of a model, by name, and its buffers.

use crate::{Error, Result, Tensor, Var};
use candle_core::Device;
use std::collections::HashSet;

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
    pub(super) fn all(&self) -> impl Iterator<Item = (&str, &Var)> {
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
