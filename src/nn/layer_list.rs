//! What a model is made of, as a table.

use super::layers::{Layers, Part, Visitor};
use super::trace::Identity;
use std::fmt;

/// One layer of a [`LayerList`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerRow {
    /// The layer's place in the model, such as `up.0.1`; empty for the model itself.
    pub name: String,
    /// Its kind and settings, such as `Linear(784, 128)`.
    pub layer: String,
    /// How many other layers it is part of: 0 for the model itself.
    pub depth: usize,
    /// How many values it learns, with those of the layers in it.
    pub parameters: usize,
    pub(super) identity: Option<Identity>,
}

/// A table of layers: see [`layer_list`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerList {
    /// The model itself, then its layers in the order of its fields.
    pub rows: Vec<LayerRow>,
}

/// The layers of a model, in order, with the number of values that each learns. It needs no input;
/// [`summary`](super::summary()) runs the model, and knows more.
///
/// ```
/// use eosin::nn::{self, Linear, Relu};
/// let layers = nn::layer_list(&nn::sequential![Linear::new(784, 128), Relu, Linear::new(128, 10)]);
/// assert_eq!(layers.parameters(), 101_770);
/// assert_eq!(layers.rows[1].layer, "Linear(784, 128)");
/// println!("{layers}");
/// ```
pub fn layer_list(model: &(impl Layers + ?Sized)) -> LayerList {
    let mut rows = vec![row("", model, 0)];
    Visitor::walk(model, &mut |name, part| match part {
        Part::Layer(layer) if layer.describe().is_some() => {
            let depth = rows.iter().filter(|row| row.holds(name)).count();
            rows.push(row(name, layer, depth));
        }
        Part::Parameter(parameter) => {
            for row in rows.iter_mut().filter(|row| row.holds(name)) {
                row.parameters += parameter.shape().elem_count();
            }
        }
        _ => {}
    });
    LayerList { rows }
}

fn row(name: &str, layer: &(impl Layers + ?Sized), depth: usize) -> LayerRow {
    LayerRow {
        name: name.to_owned(),
        layer: layer.describe().unwrap_or_default(),
        depth,
        parameters: 0,
        identity: Identity::of(layer),
    }
}

impl LayerRow {
    /// Whether what has this name is part of the layer.
    fn holds(&self, name: &str) -> bool {
        let rest = name.strip_prefix(self.name.as_str());
        self.name.is_empty() || rest.is_some_and(|rest| rest.starts_with('.'))
    }
}

impl LayerList {
    /// How many values the whole model learns.
    pub fn parameters(&self) -> usize {
        self.rows.first().map_or(0, |row| row.parameters)
    }

    /// Header and rows, as text.
    pub fn table(&self) -> Vec<Vec<String>> {
        let header = ["name", "layer", "parameters"].map(str::to_owned).to_vec();
        let rows = self.rows.iter().map(|row| {
            vec![
                row.name.clone(),
                indented(&row.layer, row.depth),
                in_thousands(row.parameters),
            ]
        });
        std::iter::once(header).chain(rows).collect()
    }
}

/// A layer's description, further right the more layers it is part of.
pub(super) fn indented(layer: &str, depth: usize) -> String {
    format!("{}{layer}", "  ".repeat(depth))
}

/// 3274634 as 3,274,634, and nothing as a dash.
pub(super) fn in_thousands(count: usize) -> String {
    if count == 0 {
        return "-".to_owned();
    }
    let digits = count.to_string();
    let groups: Vec<&str> = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .filter_map(|group| std::str::from_utf8(group).ok())
        .collect();
    groups.join(",")
}

/// Writes rows of cells below each other; the first `texts` columns are texts, the others numbers.
pub(super) fn write_table(
    formatter: &mut fmt::Formatter<'_>,
    rows: &[Vec<String>],
    texts: usize,
) -> fmt::Result {
    let width = |column: usize| {
        let lengths = rows.iter().filter_map(|row| row.get(column));
        lengths.map(|text| text.chars().count()).max().unwrap_or(0)
    };
    for row in rows {
        let cells = row.iter().enumerate().map(|(column, text)| {
            let width = width(column);
            match column < texts {
                true => format!("{text:width$}"),
                false => format!("{text:>width$}"),
            }
        });
        let line = cells.collect::<Vec<_>>().join("  ");
        writeln!(formatter, "{}", line.trim_end())?;
    }
    Ok(())
}

impl fmt::Display for LayerList {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_table(formatter, &self.table(), 2)
    }
}
