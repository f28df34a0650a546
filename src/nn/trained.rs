//! Weights that come with the crate, for those who do not want to wait for a training.

use super::parameters::Parameters;
use crate::{Error, Result};
use std::collections::HashMap;
use std::fmt;
use std::path::Path;

/// Name and file of all of them. `weights/README.md` says how each was made.
const TRAINED: &[(&str, &[u8])] = &[];

/// Where trained weights come from, and how good they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trained {
    pub name: String,
    /// What they were trained on.
    pub data: String,
    /// What they reached, and on which images.
    pub score: String,
    /// What made them.
    pub command: String,
}

impl Parameters {
    /// Gives the model of a lesson weights that come with the crate, so that you can go on without training it.
    ///
    /// # Errors
    /// When there are no such weights (the message lists those that there are), or the model is another one.
    pub fn load_trained(&self, name: &str) -> Result<Trained> {
        Trained::load(name, self)
    }
}

impl Trained {
    /// The names of all weights that come with the crate.
    pub fn names() -> Vec<&'static str> {
        TRAINED.iter().map(|(name, _)| *name).collect()
    }

    /// Writes parameters and buffers as f16, half as large as [`Parameters::save`] does, with what is known about them. A number loses
    /// all but three of its digits, so measure the score with weights that were [read](Parameters::read) back.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, parameters: &Parameters, path: impl AsRef<Path>) -> Result<()> {
        let facts = [
            ("name", &self.name),
            ("data", &self.data),
            ("score", &self.score),
            ("command", &self.command),
        ];
        let facts = facts.map(|(fact, text)| (fact.to_owned(), text.clone()));
        parameters.save_half(path.as_ref(), HashMap::from(facts))
    }

    /// Gives the model the weights with this name.
    fn load(name: &str, parameters: &Parameters) -> Result<Self> {
        let found = TRAINED.iter().find(|(known, _)| *known == name);
        let (_, bytes) = found.ok_or_else(|| {
            Error::Invalid(format!(
                "load_trained: there are no weights `{name}`; there are {}",
                Trained::names().join(", ")
            ))
        })?;
        let refuse = |reason: String| {
            Error::Invalid(format!(
                "load_trained: the weights `{name}` do not fit the model: {reason}. Is it that of the lesson?"
            ))
        };
        let values = Parameters::from_safetensors(bytes).map_err(&refuse)?;
        let count =
            |parameters: &Parameters| parameters.iter().count() + parameters.buffers().count();
        for (known, variable) in parameters.iter().chain(parameters.buffers()) {
            let value = values
                .get(known)
                .map_err(|_| refuse(format!("they lack `{known}`")))?;
            if value.dims() != variable.dims() {
                return Err(refuse(format!(
                    "`{known}` has shape {:?} there, the model needs {:?}",
                    value.dims(),
                    variable.dims()
                )));
            }
        }
        if count(&values) != count(parameters) {
            let unused = values
                .iter()
                .find(|(name, _)| parameters.get(name).is_err());
            return Err(refuse(format!(
                "the model has no `{}`",
                unused.map_or("", |(name, _)| name)
            )));
        }
        parameters.copy_matching(&values)?;
        let facts = safetensors::SafeTensors::read_metadata(bytes)
            .map_err(|error| refuse(error.to_string()))?;
        let fact = |fact: &str| {
            let facts = facts.1.metadata().as_ref();
            facts
                .and_then(|facts| facts.get(fact))
                .cloned()
                .unwrap_or_default()
        };
        Ok(Trained {
            name: name.to_owned(),
            data: fact("data"),
            score: fact("score"),
            command: fact("command"),
        })
    }
}

impl fmt::Display for Trained {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Trained {
            name,
            data,
            score,
            command,
        } = self;
        write!(
            formatter,
            "The model has the weights `{name}`, trained on {data}. They reach {score}. `{command}` made them."
        )
    }
}

#[cfg(test)]
mod tests {
    use crate::nn::{Layers, Linear, Trained};
    use candle_core::Device;

    #[test]
    fn a_name_that_is_not_there_and_a_model_that_does_not_fit_are_told_and_change_nothing() {
        let model = Linear::new(2, 1).init(1, &Device::Cpu).unwrap();
        let parameters = model.parameters();
        let values = || parameters.get("weight").unwrap().to_vec2::<f32>().unwrap();
        let before = values();
        let message = parameters.load_trained("06").unwrap_err().to_string();
        assert!(message.contains("no weights `06`"), "{message}");
        for name in Trained::names() {
            let message = parameters.load_trained(name).unwrap_err().to_string();
            assert!(message.contains("they lack `weight`"), "{message}");
        }
        assert_eq!(values(), before);
    }

    #[test]
    fn every_file_is_small_and_says_where_it_comes_from() {
        let manifest = include_str!("../../weights/README.md");
        for (name, bytes) in super::TRAINED {
            assert!(bytes.len() < 2_000_000, "{name}");
            let (_, metadata) = safetensors::SafeTensors::read_metadata(bytes).unwrap();
            let facts = metadata.metadata().clone().unwrap();
            let row = format!(
                "| `{name}` | {} bytes | {} | {} | `{}` |",
                bytes.len(),
                facts["data"],
                facts["score"],
                facts["command"]
            );
            assert!(manifest.contains(&row), "{row}");
        }
    }
}
