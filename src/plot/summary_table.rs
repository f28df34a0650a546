//! The layers of a model as a table.

use super::table::table;
use crate::Result;
use crate::display::{Bundle, Show, show_result};
use crate::nn::{Sequential, Summary, summary};

impl Summary {
    /// Shows the table as a cell's result; evcxr calls this.
    pub fn evcxr_display(&self) {
        show_result(self);
    }
}

impl Show for Summary {
    fn bundle(&self) -> Result<Bundle> {
        let rows: Vec<Vec<String>> = self.table().into_iter().map(Vec::from).collect();
        Ok(table(&rows))
    }
}

impl Sequential {
    /// Shows the layers as a table; evcxr calls this.
    pub fn evcxr_display(&self) {
        summary(self).evcxr_display();
    }
}

impl Show for Sequential {
    fn bundle(&self) -> Result<Bundle> {
        summary(self).bundle()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::{Linear, Relu};
    use crate::sequential;

    #[test]
    fn a_sequential_is_a_table_of_its_layers() {
        let bundle = sequential![Linear::new(784, 128), Relu].bundle().unwrap();
        let html = bundle.data()["text/html"].as_str().unwrap();
        assert!(html.contains(">Linear(784, 128)</td>"), "{html}");
        assert!(bundle.plain().contains("100,480"));
    }
}
