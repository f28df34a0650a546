//! What the kernel calls before and after each cell, and what a failing cell reports.

use super::interrupt;
use super::live::show_waiting;
use super::sink::{record, write};
use super::stdin;
use super::variables::cell_returned_error;
use serde_json::json;
use std::ffi::c_void;
use std::fmt;
use std::io::Write;
use std::panic::PanicHookInfo;
use std::sync::{Once, OnceLock};
use std::thread;
use std::time::Duration;

/// How long text without a line end may wait before it is shown.
const FLUSH_INTERVAL: Duration = Duration::from_millis(50);
/// The process that runs the cells.
static PROCESS: OnceLock<u32> = OnceLock::new();
/// The file in which evcxr compiles a cell.
const CELL_FILE: &str = "src/lib.rs";

/// The kernel calls this before each cell, with evcxr's store of variables, which it returns.
// SAFETY: the name starts with that of the crate, so it shadows no other symbol.
#[unsafe(no_mangle)]
pub extern "C" fn eosin_cell_begin(store: *mut c_void) -> *mut c_void {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let _ = PROCESS.set(std::process::id());
        thread::spawn(flush_forever);
        let cell_thread = thread::current().id();
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if thread::current().id() == cell_thread {
                report_panic(info);
            } else {
                usual(info);
            }
        }));
    });
    interrupt::clear();
    stdin::begin();
    store
}

/// The kernel calls this after each cell: what the cell has printed must be sent.
// SAFETY: as above.
#[unsafe(no_mangle)]
pub extern "C" fn eosin_cell_end(store: *mut c_void) -> *mut c_void {
    show_waiting();
    let _ = std::io::stdout().flush();
    stdin::end();
    store
}

/// Ends a process that the cell has forked: only the original one goes on to the next cell. The kernel adds this call to a cell.
#[doc(hidden)]
pub fn cell_returned() {
    if PROCESS.get().is_some_and(|own| *own != std::process::id()) {
        std::process::exit(0);
    }
}

/// Reports that the answer is right that this cell grades; only the kernel and the cell's own code know `key`.
pub(crate) fn tell_right(key: &str) {
    write(&record(&json!({ "type": "right", "key": key })));
}

fn flush_forever() {
    loop {
        thread::sleep(FLUSH_INTERVAL);
        let _ = std::io::stdout().flush();
    }
}

fn report_panic(info: &PanicHookInfo) {
    let message = info.payload_as_str().unwrap_or("the code panicked");
    let location = info.location();
    let line = location
        .filter(|place| place.file() == CELL_FILE)
        .map(|place| place.line());
    write(&record(
        &json!({ "type": "panic", "message": message, "line": line }),
    ));
}

/// Reports that an error left a cell through `?`, in this line of what evcxr compiled. The kernel adds this call to a cell.
#[doc(hidden)]
pub fn cell_failed(error: fmt::Arguments, line: u32) {
    let message = error.to_string();
    write(&record(
        &json!({ "type": "error", "message": message, "line": line }),
    ));
    cell_returned_error();
}
