//! What the kernel says about itself.

use jupyter_protocol::{CodeMirrorMode, HelpLink, KernelInfoReply, LanguageInfo, ReplyStatus};

pub fn kernel_info() -> KernelInfoReply {
    let help = |text: &str, url: &str| HelpLink {
        text: text.to_owned(),
        url: url.to_owned(),
    };
    KernelInfoReply {
        status: ReplyStatus::Ok,
        protocol_version: "5.3".to_owned(),
        implementation: "eosin".to_owned(),
        implementation_version: env!("CARGO_PKG_VERSION").to_owned(),
        language_info: language_info(),
        banner: format!(
            "Eosin {}: Rust for deep learning on medical images",
            env!("CARGO_PKG_VERSION")
        ),
        help_links: vec![
            help("The Rust book", "https://doc.rust-lang.org/book/"),
            help("candle", "https://docs.rs/candle-core"),
        ],
        debugger: false,
        error: None,
    }
}

pub fn language_info() -> LanguageInfo {
    LanguageInfo {
        name: "rust".to_owned(),
        version: String::new(),
        mimetype: Some("text/x-rust".to_owned()),
        file_extension: Some(".rs".to_owned()),
        pygments_lexer: Some("rust".to_owned()),
        codemirror_mode: Some(CodeMirrorMode::Simple("rust".to_owned())),
        nbconvert_exporter: Some("script".to_owned()),
    }
}
