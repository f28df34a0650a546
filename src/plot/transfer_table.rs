//! Weights that a model took over, as a table.

use super::table::aligned_table;
use crate::Result;
use crate::display::{Bundle, Show, escape_html, show_result};
use crate::nn::{Trained, Transfer};

impl Transfer {
    /// Shows the table as a cell's result; evcxr calls this.
    pub fn evcxr_display(&self) {
        show_result(self);
    }
}

impl Show for Transfer {
    fn bundle(&self) -> Result<Bundle> {
        let table = aligned_table(&self.table(), |_| true);
        let html = table.data()["text/html"].as_str().unwrap_or_default();
        let totals = escape_html(&self.totals());
        Ok(Bundle::text(self.to_string()).with_html(format!("{html}<p>{totals}</p>")))
    }
}

impl Trained {
    /// Shows where the weights come from as a cell's result; evcxr calls this.
    pub fn evcxr_display(&self) {
        show_result(self);
    }
}

impl Show for Trained {
    fn bundle(&self) -> Result<Bundle> {
        Ok(Bundle::text(self.to_string()))
    }
}
