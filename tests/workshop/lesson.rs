//! The lesson `09-unet-nuclei`, run cell by cell.

use super::{Kernel, Output, has_png, plain};
use serde_json::Value;
use std::time::{Duration, Instant};

/// What was seen of a run of the whole lesson.
#[derive(Debug)]
pub struct Run {
    pub seconds: u64,
    pub pictures: usize,
    pub live_updates: usize,
    pub best_validation_dice: f64,
    pub test_dice: f64,
}

/// The cells between the exercises: a learner who has not answered one yet can run these, in any kernel.
pub fn code_cells() -> Vec<String> {
    let cells = super::notebook::code_cells("09-unet-nuclei.ipynb").into_iter();
    cells
        .filter(|cell| cell.exercise.is_none())
        .map(|cell| cell.code)
        .collect()
}

/// The text of the notebook file without its exercises.
pub fn without_exercises(text: &str) -> String {
    let mut notebook: Value = serde_json::from_str(text).unwrap();
    let cells = notebook["cells"].as_array_mut().unwrap();
    cells.retain(|cell| cell["metadata"]["eosin"].is_null());
    notebook.to_string()
}

/// Smaller images and fewer epochs: what happens is the same.
pub fn shortened(code: &str) -> String {
    code.replace("Options::new(128)", "Options::new(64)")
        .replace("epochs = 8", "epochs = 3")
}

/// Runs these cells of the lesson; each must succeed.
pub fn run_all(kernel: &mut Kernel, cells: &[String]) -> Run {
    let begun = Instant::now();
    let (mut pictures, mut live_updates) = (0, 0);
    let mut text = String::new();
    for code in cells {
        let sent = kernel.send(code);
        let cell = kernel.finish(&sent, Duration::from_secs(1800)).ok();
        text += &cell.stdout();
        for (_, output) in &cell.outputs {
            match output {
                Output::Result(data) | Output::Display { data, .. } => {
                    pictures += usize::from(has_png(data));
                    text += &plain(data).unwrap_or_default();
                }
                Output::Update { .. } => live_updates += 1,
                _ => {}
            }
        }
    }
    Run {
        seconds: begun.elapsed().as_secs(),
        pictures,
        live_updates,
        best_validation_dice: best_dice(&text),
        test_dice: text
            .split_once("test loss")
            .and_then(|(_, rest)| rest.split_once("(\"dice\", "))
            .and_then(|(_, rest)| rest.split_once(')'))
            .and_then(|(number, _)| number.parse().ok())
            .unwrap_or_else(|| panic!("no test Dice in {text}")),
    }
}

/// From the history's table: epoch, `(best)`, training loss, validation loss, dice, ...
fn best_dice(text: &str) -> f64 {
    let row = text
        .lines()
        .find(|line| line.contains("(best)"))
        .unwrap_or_else(|| panic!("no best epoch in {text}"));
    let words: Vec<&str> = row.split_whitespace().collect();
    words[4].parse().unwrap()
}
