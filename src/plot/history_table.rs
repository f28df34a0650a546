//! A training run as a table.

use super::table::table;
use crate::Result;
use crate::display::{Bundle, Show, show_result};
use crate::train::History;

impl History {
    /// Shows the table as a cell's result; evcxr calls this.
    pub fn evcxr_display(&self) {
        show_result(self);
    }

    /// Header and rows, as text.
    fn table(&self) -> Vec<Vec<String>> {
        let mut header: Vec<String> = ["epoch", "training loss", "validation loss"]
            .map(str::to_owned)
            .to_vec();
        let names = self
            .epochs
            .first()
            .map(|epoch| epoch.metrics.as_slice())
            .unwrap_or_default();
        header.extend(names.iter().map(|(name, _)| name.clone()));
        header.push("seconds".to_owned());
        let rows = self.epochs.iter().map(|epoch| {
            let best = if self.best_epoch == Some(epoch.epoch) {
                " (best)"
            } else {
                ""
            };
            let mut row = vec![
                format!("{}{best}", epoch.epoch),
                format!("{:.4}", epoch.train_loss),
            ];
            row.push(
                epoch
                    .valid_loss
                    .map_or_else(|| "-".to_owned(), |loss| format!("{loss:.4}")),
            );
            row.extend(epoch.metrics.iter().map(|(_, value)| format!("{value:.4}")));
            row.push(format!("{:.1}", epoch.seconds));
            row
        });
        std::iter::once(header).chain(rows).collect()
    }
}

impl Show for History {
    fn bundle(&self) -> Result<Bundle> {
        let mut rows = self.table();
        if self.interrupted {
            rows.push(vec!["interrupted".to_owned()]);
        }
        Ok(table(&rows))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::Epoch;

    #[test]
    fn the_table_escapes_names_and_marks_the_best_epoch() {
        let epoch = Epoch {
            epoch: 1,
            train_loss: 0.5,
            valid_loss: None,
            metrics: vec![("<b>".to_owned(), 0.25)],
            learning_rate: 0.1,
            seconds: 2.0,
        };
        let history = History {
            epochs: vec![epoch],
            best_epoch: Some(1),
            interrupted: true,
            ..History::default()
        };
        let bundle = history.bundle().unwrap();
        assert!(bundle.plain().contains("1 (best)") && bundle.plain().contains("interrupted"));
        assert!(
            bundle.data()["text/html"]
                .as_str()
                .unwrap()
                .contains("<th>&lt;b&gt;</th>")
        );
    }
}
