//! The layers of a model as a table.

use super::table::aligned_table;
use crate::Result;
use crate::display::{Bundle, Show, escape_html, show_result};
use crate::nn::{LayerList, Sequential, Summary, layer_list};

/// Names and layers are texts, what follows are numbers.
fn is_text(column: usize) -> bool {
    column < 2
}

impl Summary {
    /// Shows the table as a cell's result; evcxr calls this.
    pub fn evcxr_display(&self) {
        show_result(self);
    }
}

impl Show for Summary {
    fn bundle(&self) -> Result<Bundle> {
        let table = aligned_table(&self.table(), is_text);
        let totals = escape_html(&self.totals());
        let html = table.data()["text/html"].as_str().unwrap_or_default();
        Ok(Bundle::text(self.to_string()).with_html(format!("{html}<p>{totals}</p>")))
    }
}

impl LayerList {
    /// Shows the table as a cell's result; evcxr calls this.
    pub fn evcxr_display(&self) {
        show_result(self);
    }
}

impl Show for LayerList {
    fn bundle(&self) -> Result<Bundle> {
        Ok(aligned_table(&self.table(), is_text))
    }
}

impl Sequential {
    /// Shows the layers as a table; evcxr calls this.
    pub fn evcxr_display(&self) {
        layer_list(self).evcxr_display();
    }
}

impl Show for Sequential {
    fn bundle(&self) -> Result<Bundle> {
        layer_list(self).bundle()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::{Layers, Linear, Relu, summary};
    use crate::sequential;
    use candle_core::Device;

    #[test]
    fn a_sequential_is_a_table_of_its_layers() {
        let bundle = sequential![Linear::new(784, 128), Relu].bundle().unwrap();
        let html = bundle.data()["text/html"].as_str().unwrap();
        assert!(html.contains(">  Linear(784, 128)</td>"), "{html}");
        assert!(bundle.plain().contains("100,480"));
    }

    #[test]
    fn a_summary_is_a_table_with_aligned_numbers_and_totals() {
        let model = sequential![Linear::new(784, 128), Relu];
        let model = model.init(1, &Device::Cpu).unwrap();
        let bundle = summary(&model, (2, 784)).unwrap().bundle().unwrap();
        let html = bundle.data()["text/html"].as_str().unwrap();
        assert!(
            html.contains(
                "<td>(2, 128)</td><td>100,480</td><td>200,960</td><td>1.0 KiB</td><td>all</td>"
            ),
            "{html}"
        );
        assert!(
            html.contains(">total</td>") && html.ends_with("2.0 KiB.</p>"),
            "{html}"
        );
        assert!(
            bundle
                .plain()
                .contains("100,480 parameters, all of them trainable, take 392.5 KiB")
        );
    }
}
