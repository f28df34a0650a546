//! The U-Net of lesson 10 with half as many channels: 485,835 parameters.

use crate::found::Recipe;
use crate::write;
use candle_core::Device;
use eosin::data::nuclei::{self, Options};
use eosin::data::{Nuclei, Split};
use eosin::morph::Separation;
use eosin::nn::{Layers, UNet};
use eosin::{Error, Result};

/// What `cargo run --release --example instances -- train weights=nuclei.safetensors epochs=24` writes.
const TRAINED: &str = "nuclei.safetensors";

/// Takes the weights that the example `instances` has trained.
pub fn make(name: &str) -> Result<()> {
    let path = nuclei::find().ok_or_else(|| {
        Error::Data(
            "weights are made from the real images: `data::download::nuclei()?` gets them, or set EOSIN_DATA to their folder".to_owned(),
        )
    })?;
    let model = UNet::narrow(3, 1, &Device::Cpu)?;
    model.parameters().load(TRAINED)?;
    model.eval();
    let parameters = model.parameters();
    let recipe = Recipe {
        models: vec![model],
        in_eight_views: false,
        zooms: vec![1.0],
        separation: Separation::default(),
    };
    let nuclei = Nuclei::load(path, &Options::new(64).originals())?;
    let Split { train, test, .. } = nuclei.split(42);
    let data = format!(
        "{} training images of the 2018 Data Science Bowl",
        train.indices().len()
    );
    write(name, &data, &parameters, || {
        let scores = recipe.score(&nuclei, test.indices(), |_, _| Ok(()))?;
        Ok(format!(
            "an AP of {:.3} on the {} test images",
            scores.average_precision()?,
            scores.images()
        ))
    })
}
