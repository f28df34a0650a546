//! A kernel runs whatever it is sent: only the holder of the connection's key may send, and only this user may look.

mod workshop;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;
use workshop::process::variable;
use workshop::{KEY, Kernel};

#[test]
fn messages_without_the_key_are_dropped_and_counted_and_nothing_of_them_runs() {
    let folder = tempfile::tempdir().unwrap();
    let (log, trace) = (folder.path().join("log"), folder.path().join("trace"));
    let mut kernel = Kernel::start_with(|command| {
        command.stderr(fs::File::create(&log).unwrap());
    });
    let code = format!("std::fs::write({trace:?}, \"run\")?;");
    for key in ["a guess", ""] {
        kernel.send_signed_with(key, &code);
    }
    let dropped = || fs::read_to_string(&log).unwrap();
    let counted = (0..100).any(|_| {
        std::thread::sleep(Duration::from_millis(50));
        dropped().contains("was dropped (2 so far)")
    });
    assert!(counted, "{}", dropped());
    assert_eq!(kernel.run("1 + 1").ok().result(), "2");
    assert!(!trace.exists());
    kernel.run(&code).ok();
    assert!(trace.exists());
    assert!(kernel.shut_down());
    assert!(!dropped().contains(KEY), "{}", dropped());
}

#[test]
fn only_this_user_can_look_into_the_scratch_folder() {
    let kernel = Kernel::start();
    let scratch = variable(kernel.process.id(), "EVCXR_TMPDIR");
    let mode = fs::metadata(scratch).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

#[test]
fn only_the_address_of_the_connection_file_is_listened_at() {
    let mut kernel = Kernel::start();
    kernel.run("use eosin::prelude::*;").ok();
    let listening = workshop::process::listening(kernel.process.id());
    assert_eq!(listening.len(), 5, "{listening:?}");
    // 127.0.0.1, as the kernel's /proc writes it.
    assert!(
        listening
            .iter()
            .all(|address| address.starts_with("0100007F:")),
        "{listening:?}"
    );
}
