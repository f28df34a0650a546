//! Parameters and buffers in files.

use super::parameters::Parameters;
use crate::whole_file::write_whole;
use crate::{Error, Result, Var};
use candle_core::safetensors::Load;
use candle_core::{DType, Device};
use std::collections::HashMap;
use std::io::Write;
use std::path::Path;

impl Parameters {
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
}
