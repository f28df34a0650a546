//! Makes the trained weights that come with the crate, and writes them to `src/nn/weights`.
//!
//! `EOSIN_DATA=<folder of the data> cargo run --release --example weights -- 06-chest-xrays`
//!
//! Each file of this example makes one of them, with the model and the settings of the lesson.

mod chest_xrays;
#[path = "../instances/found.rs"]
mod found;
mod nuclei;

use eosin::nn::{Parameters, Trained};
use eosin::{Error, Result};
use std::path::Path;

/// What makes the weights with this name.
type Make = fn(&str) -> Result<()>;

const ALL: [(&str, Make); 2] = [
    ("06-chest-xrays", chest_xrays::make),
    ("10-instances", nuclei::make),
];

fn main() -> Result<()> {
    let wanted = std::env::args().nth(1).unwrap_or_default();
    match ALL.iter().find(|(name, _)| *name == wanted) {
        Some((name, make)) => make(name),
        None => {
            let names = ALL.map(|(name, _)| name).join(", ");
            Err(Error::Invalid(format!(
                "there are no weights `{wanted}` to make; there are {names}"
            )))
        }
    }
}

/// Writes the weights with the score that they reach once they are f16, and prints the line for `src/nn/weights/README.md`.
fn write(
    name: &str,
    data: &str,
    parameters: &Parameters,
    score: impl Fn() -> Result<String>,
) -> Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/nn/weights");
    let path = folder.join(format!("{name}.safetensors"));
    let mut trained = Trained {
        name: name.to_owned(),
        data: data.to_owned(),
        score: String::new(),
        command: format!("cargo run --release --example weights -- {name}"),
    };
    trained.write(parameters, &path)?;
    parameters.copy_matching(&Parameters::read(&path)?)?;
    trained.score = score()?;
    trained.write(parameters, &path)?;
    let size = std::fs::metadata(&path).map_err(|source| Error::Io { path, source })?;
    println!(
        "| `{name}` | {} bytes | {} | {} | `{}` |",
        size.len(),
        trained.data,
        trained.score,
        trained.command
    );
    Ok(())
}
