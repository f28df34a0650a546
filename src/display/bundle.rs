//! What a value looks like, in several formats at once.

use crate::Result;
use base64::Engine as _;
use serde_json::{Map, Value, json};

/// All components, for pages without our JupyterLab extension: `.ci/labextension` builds this file.
const COMPONENTS: &str = include_str!("components.js");

/// Of the data's format: `mount.ts` in the components' folder knows the same one.
const COMPONENT_VERSION: u32 = 1;

/// Content by MIME type. There is always plain text, for consoles and for search; a front end shows the richest type it knows.
///
/// ```
/// use eosin::display::Bundle;
/// let bundle = Bundle::text("loss 0.12").with_html("<b>loss</b> 0.12");
/// assert_eq!(bundle.plain(), "loss 0.12");
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Bundle {
    plain: String,
    data: Map<String, Value>,
    metadata: Map<String, Value>,
}

impl Bundle {
    /// A bundle of plain text only.
    pub fn text(plain: impl Into<String>) -> Self {
        Self::of(plain.into())
    }

    fn of(plain: String) -> Self {
        let mut data = Map::new();
        data.insert("text/plain".to_owned(), plain.clone().into());
        Bundle {
            plain,
            data,
            metadata: Map::new(),
        }
    }

    /// Adds HTML. Escape text that learners wrote with [`escape_html`].
    pub fn with_html(mut self, html: impl Into<String>) -> Self {
        self.data.insert("text/html".to_owned(), html.into().into());
        self
    }

    /// Adds a PNG picture, to be shown at `width` x `height` CSS pixels.
    pub fn with_png(mut self, png: &[u8], width: u32, height: u32) -> Self {
        let encoded = base64::engine::general_purpose::STANDARD.encode(png);
        self.data.insert("image/png".to_owned(), encoded.into());
        // What an exported page tells those who cannot see the picture: the first line, as all of it may be long.
        let alt = self.plain.lines().next().unwrap_or_default();
        self.metadata.insert(
            "image/png".to_owned(),
            json!({ "width": width, "height": height, "alt": alt }),
        );
        self
    }

    /// Adds content for front ends that know its type.
    pub(crate) fn with_json(mut self, mime_type: &str, content: Value) -> Self {
        self.data.insert(mime_type.to_owned(), content);
        self
    }

    /// Makes it a display to play with: `component` is one of those in `kernel-ext/labextension/src/components`, `data` what it
    /// shows. JupyterLab draws it from the data alone; other pages that run scripts use the HTML, which has the components
    /// with it. Everywhere else the PNG and the text are shown, so add these first.
    pub(crate) fn with_component(self, component: &str, mut data: Value) -> Self {
        data["component"] = component.into();
        data["version"] = COMPONENT_VERSION.into();
        let picture = match self.data.get("image/png").and_then(Value::as_str) {
            Some(png) => format!(
                "<img alt=\"{}\" width=\"{}\" src=\"data:image/png;base64,{png}\">",
                escape_html(&self.plain),
                self.metadata["image/png"]["width"]
            ),
            None => format!("<pre>{}</pre>", escape_html(&self.plain)),
        };
        // A script ends at the first `</script`, also within a string.
        let content = data.to_string().replace('<', "\\u003c");
        let html = format!(
            "<div class=\"eosin-component\">{picture}<script type=\"application/json\">{content}</script></div>\
             <script>{COMPONENTS}</script>"
        );
        self.with_html(html)
            .with_json("application/vnd.eosin.component+json", data)
    }

    /// The text to show where nothing richer can be shown.
    pub fn plain(&self) -> &str {
        &self.plain
    }

    /// The content by MIME type, as in Jupyter's messages and notebooks.
    pub fn data(&self) -> &Map<String, Value> {
        &self.data
    }

    pub(crate) fn metadata(&self) -> &Map<String, Value> {
        &self.metadata
    }
}

/// A value that can be shown in a notebook.
pub trait Show {
    /// The content to show.
    ///
    /// # Errors
    /// When it cannot be drawn; the message says why.
    fn bundle(&self) -> Result<Bundle>;
}

impl Show for Bundle {
    fn bundle(&self) -> Result<Bundle> {
        Ok(self.clone())
    }
}

/// HTML that shows exactly this text.
///
/// ```
/// assert_eq!(eosin::display::escape_html("<b> & \"c\""), "&lt;b&gt; &amp; &quot;c&quot;");
/// ```
pub fn escape_html(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
