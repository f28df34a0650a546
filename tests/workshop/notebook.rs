//! The code cells of a notebook file.

use serde_json::Value;
use std::path::Path;

pub struct NotebookCell {
    pub code: String,
    /// The exercise that it belongs to, and what it is there.
    pub exercise: Option<(String, String)>,
}

/// The code cells of a file below `notebooks/`.
pub fn code_cells(name: &str) -> Vec<NotebookCell> {
    let notebooks = Path::new(env!("CARGO_MANIFEST_DIR")).join("notebooks");
    code_cells_of(&notebooks.join(name))
}

/// The code cells of any notebook file.
pub fn code_cells_of(path: &Path) -> Vec<NotebookCell> {
    let notebook: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let cells = notebook["cells"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    cells
        .filter(|cell| cell["cell_type"] == "code")
        .map(|cell| {
            let place = &cell["metadata"]["eosin"];
            NotebookCell {
                code: cell["source"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(text)
                    .collect(),
                exercise: place
                    .is_object()
                    .then(|| (text(&place["exercise"]), text(&place["role"]))),
            }
        })
        .collect()
}
