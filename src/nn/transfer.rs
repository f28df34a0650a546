//! Weights that one model takes over from another, by their names.

use super::layer_list::write_table;
use super::parameters::Parameters;
use crate::{Error, Result};
use std::fmt;
use std::path::Path;

/// What came of taking weights over: see [`Parameters::copy_matching`]. Parameters and buffers are listed alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// What the model has taken over.
    pub fitted: Vec<String>,
    /// What has another shape in the source, with the shape there and the shape in the model. It stays as it is.
    pub other_shape: Vec<(String, Vec<usize>, Vec<usize>)>,
    /// What the source does not have. It stays as it is.
    pub only_in_model: Vec<String>,
    /// What the model does not have.
    pub only_in_source: Vec<String>,
}

impl Parameters {
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
}

impl Transfer {
    /// Copies the values, and says what came of it.
    fn run(source: &Parameters, model: &Parameters) -> Result<Self> {
        let mut transfer = Transfer {
            fitted: Vec::new(),
            other_shape: Vec::new(),
            only_in_model: Vec::new(),
            only_in_source: Vec::new(),
        };
        for (name, variable) in model.iter().chain(model.buffers()) {
            let owned = name.to_owned();
            match source.get(name) {
                Err(_) => transfer.only_in_model.push(owned),
                Ok(value) if value.dims() != variable.dims() => {
                    let shapes = (value.dims().to_vec(), variable.dims().to_vec());
                    transfer.other_shape.push((owned, shapes.0, shapes.1));
                }
                Ok(value) => {
                    let value = value.as_detached_tensor().to_device(variable.device())?;
                    variable.set(&value.to_dtype(variable.dtype())?.copy()?)?;
                    transfer.fitted.push(owned);
                }
            }
        }
        let names = source.iter().chain(source.buffers()).map(|(name, _)| name);
        let unknown = names.filter(|name| model.get(name).is_err());
        transfer.only_in_source = unknown.map(str::to_owned).collect();
        match transfer.fitted.is_empty() {
            true => Err(Error::Invalid(format!(
                "copy_matching: nothing fits, so the model stays as it is:\n{transfer}If names differ only at the beginning, call \
                 `.renamed(\"encoder.\", \"\")` on the source"
            ))),
            false => Ok(transfer),
        }
    }

    /// Header and rows, as text: first what the model has not taken over.
    pub fn table(&self) -> Vec<Vec<String>> {
        let row = |name: &str, what: &str| vec![name.to_owned(), what.to_owned()];
        let mut rows = vec![row("name", "what came of it")];
        rows.extend(self.other_shape.iter().map(|(name, there, here)| {
            row(
                name,
                &format!("another shape: {there:?} there, {here:?} here"),
            )
        }));
        let only_in_model = self.only_in_model.iter();
        rows.extend(only_in_model.map(|name| row(name, "only in the model, which keeps it")));
        let only_in_source = self.only_in_source.iter();
        rows.extend(only_in_source.map(|name| row(name, "only in the source, not used")));
        rows.extend(self.fitted.iter().map(|name| row(name, "taken over")));
        rows
    }

    /// The numbers in a sentence.
    pub fn totals(&self) -> String {
        let kept = self.other_shape.len() + self.only_in_model.len();
        format!(
            "The model has taken over {} of {} tensors; {} of the source are not used.",
            self.fitted.len(),
            self.fitted.len() + kept,
            self.other_shape.len() + self.only_in_source.len()
        )
    }
}

impl fmt::Display for Transfer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_table(formatter, &self.table(), 2)?;
        writeln!(formatter, "{}", self.totals())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::{BatchNorm2d, Conv2d, Flatten, Layers, Linear, Sequential};
    use crate::sequential;
    use candle_core::Device;

    fn encoder(seed: u64) -> Sequential {
        let layers = sequential![Conv2d::new(1, 2, 3), BatchNorm2d::new(2)];
        layers.init(seed, &Device::Cpu).unwrap()
    }

    #[derive(Layers)]
    struct Classifier {
        encoder: Sequential,
        head: Linear,
    }

    fn classifier(seed: u64, classes: usize) -> Classifier {
        let encoder = sequential![Conv2d::new(1, 2, 3), BatchNorm2d::new(2)];
        let head = Linear::new(8, classes);
        let model = Classifier { encoder, head };
        model.init(seed, &Device::Cpu).unwrap()
    }

    fn numbers(parameters: &Parameters, name: &str) -> Vec<f32> {
        let variable = parameters.get(name).unwrap();
        variable.flatten_all().unwrap().to_vec1().unwrap()
    }

    #[test]
    fn what_fits_is_taken_over_and_the_rest_is_told_and_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("classifier.safetensors");
        let (source, model) = (classifier(1, 3).parameters(), classifier(2, 4).parameters());
        let mean = source.get("encoder.1.running_mean").unwrap();
        mean.set(&(mean.as_tensor() + 5.0).unwrap()).unwrap();
        source.save(&path).unwrap();
        let head = numbers(&model, "head.weight");
        let transfer = model.load_matching(&path).unwrap();
        assert_eq!(transfer.fitted.len(), 6);
        assert_eq!(
            transfer.other_shape[0],
            ("head.weight".to_owned(), vec![3, 8], vec![4, 8])
        );
        for name in ["encoder.0.weight", "encoder.1.running_mean"] {
            assert_eq!(numbers(&model, name), numbers(&source, name), "{name}");
        }
        assert_eq!(numbers(&model, "head.weight"), head);
        assert!(
            transfer
                .to_string()
                .contains("another shape: [3, 8] there, [4, 8] here")
        );
        assert!(transfer.totals().contains("6 of 8 tensors"), "{transfer}");
    }

    #[test]
    fn a_prefix_can_be_renamed_in_both_directions_and_memory_is_not_shared() {
        let (pretrained, model) = (encoder(1).parameters(), classifier(2, 4).parameters());
        let transfer = model
            .copy_matching(&pretrained.renamed("", "encoder.").unwrap())
            .unwrap();
        assert_eq!(transfer.fitted.len(), 6);
        assert_eq!(transfer.only_in_model, ["head.weight", "head.bias"]);
        let learned = numbers(&pretrained, "0.weight");
        assert_eq!(numbers(&model, "encoder.0.weight"), learned);
        let weight = pretrained.get("0.weight").unwrap();
        weight.set(&weight.zeros_like().unwrap()).unwrap();
        assert_eq!(numbers(&model, "encoder.0.weight"), learned);

        let back = encoder(3).parameters();
        let transfer = back.copy_matching(&model.renamed("encoder.", "").unwrap());
        let transfer = transfer.unwrap();
        assert_eq!(transfer.only_in_source, ["head.weight", "head.bias"]);
        assert!(transfer.only_in_model.is_empty());
        assert_eq!(numbers(&back, "0.weight"), learned);
    }

    #[test]
    fn nothing_that_fits_and_names_that_meet_are_errors() {
        let (source, model) = (encoder(1).parameters(), classifier(2, 4).parameters());
        let message = model.copy_matching(&source).unwrap_err().to_string();
        assert!(
            message.contains("nothing fits") && message.contains(".renamed("),
            "{message}"
        );
        let two = sequential![Linear::new(1, 1), Flatten, Linear::new(1, 1)];
        let two = two.init(1, &Device::Cpu).unwrap().parameters();
        let message = two.renamed("0.", "2.").unwrap_err().to_string();
        assert!(message.contains("`2.weight`"), "{message}");
    }
}
