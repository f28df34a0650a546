//! What a model is made of, as a table.

use super::layers::{Layers, Part, Visitor};
use std::fmt;

/// One layer of a [`Summary`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SummaryRow {
    /// The layer's place in the model, such as `up.0.1`; empty for the model itself.
    pub name: String,
    /// Its kind and settings, such as `Linear(784, 128)`.
    pub layer: String,
    /// How many values it learns, with those of the layers in it.
    pub parameters: usize,
}

/// A table of layers: see [`summary`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// The model itself, then its layers in order.
    pub rows: Vec<SummaryRow>,
}

/// The layers of a model, in order, with the number of values that each learns.
///
/// ```
/// use eosin::nn::{self, Linear, Relu};
/// let summary = nn::summary(&nn::sequential![Linear::new(784, 128), Relu, Linear::new(128, 10)]);
/// assert_eq!(summary.parameters(), 101_770);
/// assert_eq!(summary.rows[1].layer, "Linear(784, 128)");
/// println!("{summary}");
/// ```
pub fn summary(model: &(impl Layers + ?Sized)) -> Summary {
    let mut rows = vec![SummaryRow {
        name: String::new(),
        layer: model.describe().unwrap_or_default(),
        parameters: 0,
    }];
    Visitor::walk(model, &mut |name, part| match part {
        Part::Layer(layer) => rows.extend(layer.describe().map(|layer| SummaryRow {
            name: name.to_owned(),
            layer,
            parameters: 0,
        })),
        Part::Parameter(parameter) => {
            let holds = |row: &&mut SummaryRow| {
                let rest = name.strip_prefix(row.name.as_str());
                row.name.is_empty() || rest.is_some_and(|rest| rest.starts_with('.'))
            };
            for row in rows.iter_mut().filter(holds) {
                row.parameters += parameter.shape().elem_count();
            }
        }
        _ => {}
    });
    Summary { rows }
}

impl Summary {
    /// How many values the whole model learns.
    pub fn parameters(&self) -> usize {
        self.rows.first().map_or(0, |row| row.parameters)
    }

    /// Header and rows, as text.
    pub fn table(&self) -> Vec<[String; 3]> {
        let header = ["name", "layer", "parameters"].map(str::to_owned);
        let rows = self.rows.iter().map(|row| {
            let count = match row.parameters {
                0 => "-".to_owned(),
                count => in_thousands(count),
            };
            [row.name.clone(), row.layer.clone(), count]
        });
        std::iter::once(header).chain(rows).collect()
    }
}

/// 3274634 as 3,274,634.
fn in_thousands(count: usize) -> String {
    let digits = count.to_string();
    let groups: Vec<&str> = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .filter_map(|group| std::str::from_utf8(group).ok())
        .collect();
    groups.join(",")
}

impl fmt::Display for Summary {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let table = self.table();
        let width = |column: usize| table.iter().map(|row| row[column].len()).max();
        let [first, second, third] = [0, 1, 2].map(|column| width(column).unwrap_or(0));
        for [name, layer, parameters] in &table {
            writeln!(
                formatter,
                "{name:first$}  {layer:second$}  {parameters:>third$}"
            )?;
        }
        Ok(())
    }
}
