//! The environment variables by which the kernel's processes tell each other what they need.

/// evcxr's name for the folder in which it compiles: the kernel's scratch folder.
pub const SCRATCH: &str = "EVCXR_TMPDIR";
/// evcxr's name for the folder of its settings.
pub const SETTINGS: &str = "EVCXR_CONFIG_DIR";
/// Set by evcxr for the process that it takes for its runtime.
pub const EVCXR_RUNTIME: &str = "EVCXR_IS_RUNTIME";
/// The file in which evcxr expects the path of the library that rustc made.
pub const RESULT: &str = "EVCXR_EXECUTION_SO_PATH";

/// The prebuilt library: the supervisor calls functions of it around each cell.
pub const LIBRARY: &str = "EOSIN_LIBRARY";
/// The folder of the prebuilt crate.
pub const PREBUILT: &str = "EOSIN_PREBUILT";
/// The folder of the Rust toolchain; its presence makes this program a shim.
pub const TOOLCHAIN: &str = "EOSIN_TOOLCHAIN";
/// Set for cargo when this program is to be rustc.
pub const WRAPPER: &str = "EOSIN_RUSTC_WRAPPER";
/// Set for the process that runs cells.
pub const RUNTIME: &str = "EOSIN_RUNTIME";
/// Tells the `eosin` crate that this kernel listens.
pub const KERNEL: &str = "EOSIN_KERNEL";
