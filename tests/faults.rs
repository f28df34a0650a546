//! What goes wrong on learners' machines, and in their cells: the kernel says what happened and keeps serving.

mod workshop;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use workshop::process::variable;
use workshop::{Kernel, Output, eosin, plain, workshop};

const PATIENCE: Duration = Duration::from_secs(120);

#[track_caller]
fn still_serves(kernel: &mut Kernel) {
    assert_eq!(kernel.run("println!(\"{}\", 6 * 7);").ok().stdout(), "42\n");
}

#[test]
fn a_hundred_megabytes_of_text_arrive_whole() {
    let mut kernel = Kernel::start();
    let sent = kernel
        .send("let line = \"x\".repeat(99);\nfor _ in 0..1_000_000 { println!(\"{line}\"); }");
    let mut bytes = 0;
    while let Some(output) = kernel.next_output(&sent, PATIENCE) {
        if let Output::Stdout(text) = output {
            bytes += text.len();
        }
    }
    assert_eq!(bytes, 100_000_000);
    still_serves(&mut kernel);
}

#[test]
fn a_display_of_fifty_megabytes_arrives_whole() {
    let mut kernel = Kernel::start();
    kernel.run("use eosin::prelude::*;").ok();
    let cell = kernel
        .run("display(&Bundle::text(\"y\".repeat(50_000_000)))?;")
        .ok();
    let (_, Output::Display { data, .. }) = &cell.outputs[0] else {
        panic!("no display")
    };
    assert_eq!(plain(data).unwrap().len(), 50_000_000);
    still_serves(&mut kernel);
}

#[test]
fn a_deleted_scratch_folder_is_made_again() {
    let mut kernel = Kernel::start();
    kernel.run("let kept = 5;").ok();
    let scratch = variable(kernel.process.id(), "EVCXR_TMPDIR");
    fs::remove_dir_all(&scratch).unwrap();
    assert_eq!(kernel.run("kept + 1").ok().result(), "6");
    still_serves(&mut kernel);
    assert!(kernel.shut_down());
    assert!(!scratch.exists());
}

#[test]
fn processes_that_a_cell_started_end_with_the_kernel() {
    let mut kernel = Kernel::start();
    let cell = kernel.run(
        "let child = std::process::Command::new(\"sleep\").arg(\"1000\").spawn()?;\nprintln!(\"{}\", child.id());",
    );
    let child = Path::new("/proc").join(cell.ok().stdout().trim());
    assert!(child.exists());
    still_serves(&mut kernel);
    assert!(kernel.shut_down());
    let ended = (0..100).any(|_| {
        std::thread::sleep(Duration::from_millis(50));
        // A process whose parent does not wait stays as a zombie, whose command line is empty.
        fs::read(child.join("cmdline")).map_or(true, |line| line.is_empty())
    });
    assert!(ended);
}

#[test]
fn a_cell_that_forks_goes_on_once() {
    let mut kernel = Kernel::start();
    kernel
        .run("unsafe extern \"C\" { fn fork() -> i32; }\nlet before = 1;")
        .ok();
    let cell = kernel.run("println!(\"seen by {}\", if unsafe { fork() } == 0 { \"child\" } else { std::thread::sleep(std::time::Duration::from_millis(300)); \"parent\" });");
    let mut lines: Vec<_> = cell.ok().stdout().lines().map(str::to_owned).collect();
    lines.sort();
    assert_eq!(lines, ["seen by child", "seen by parent"]);
    assert_eq!(kernel.run("before + 1").ok().result(), "2");
    still_serves(&mut kernel);
}

#[test]
fn a_full_disk_is_named_and_cells_run_again_when_there_is_space() {
    let home = home_with(|manifest| manifest);
    let cache = home.path().join("cache");
    fs::create_dir_all(&cache).unwrap();
    // A small disk that only the kernel sees.
    let mut kernel = Kernel::start_program(|connection| {
        let mut command = Command::new("unshare");
        command
            .args(["--user", "--map-root-user", "--mount", "sh", "-c"])
            .arg("mount -t tmpfs -o size=32m tmpfs \"$1\" && shift && exec \"$@\"")
            .arg("sh")
            .arg(&cache)
            .arg(&workshop().kernel)
            .arg("kernel")
            .arg(connection)
            .env("EOSIN_HOME", home.path());
        command
    });
    kernel.run("let kept = 5;").ok();
    let disk = PathBuf::from(format!("/proc/{}/root", kernel.process.id()))
        .join(cache.strip_prefix("/").unwrap());
    let mut ballast = fs::File::create(disk.join("ballast")).unwrap();
    while ballast.write_all(&[0; 4096]).is_ok() {}
    let (_, message, _) = kernel.run("kept + 1").error();
    assert!(
        message.contains("disk") && message.contains("full"),
        "{message}"
    );
    // The space is free when the last handle on a file is gone.
    drop(ballast);
    fs::remove_file(disk.join("ballast")).unwrap();
    assert_eq!(kernel.run("kept + 1").ok().result(), "6");
    assert!(kernel.shut_down());
}

/// A home with the prebuilt crate of the workshop, but for what `change` does to its manifest, and without its cache.
fn home_with(change: impl Fn(String) -> String) -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    fill_home(home.path(), change);
    home
}

fn fill_home(home: &Path, change: impl Fn(String) -> String) {
    let mut kernel = Kernel::start();
    still_serves(&mut kernel);
    let prebuilt = variable(kernel.process.id(), "EOSIN_PREBUILT");
    let there = home.join("data/prebuilt");
    fs::create_dir_all(there.join("it")).unwrap();
    fs::write(there.join("current"), "it").unwrap();
    for entry in fs::read_dir(&prebuilt).unwrap().flatten() {
        let target = there.join("it").join(entry.file_name());
        match entry.file_name().to_str() {
            Some("cache") => {}
            Some("manifest.json") => {
                let manifest = fs::read_to_string(entry.path()).unwrap();
                fs::write(target, change(manifest)).unwrap();
            }
            _ => std::os::unix::fs::symlink(entry.path(), target).unwrap(),
        }
    }
}

#[test]
fn cells_run_in_homes_with_awkward_names() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["Jane Doe", "Bio, 2026", "Zo\u{eb}", "a:b", "say \"hi\""] {
        let home = folder.path().join(name);
        fs::create_dir(&home).unwrap();
        fill_home(&home, |manifest| manifest);
        let mut kernel = Kernel::start_with(|command| {
            command.env("EOSIN_HOME", &home);
        });
        kernel.run("use eosin::prelude::*;").ok();
        let cell =
            kernel.run("Tensor::ones(2, DType::F32, &Device::Cpu)?.sum_all()?.to_scalar::<f32>()?");
        assert_eq!(cell.ok().result(), "2.0", "{name}");
        assert!(kernel.shut_down());
    }
}

#[test]
fn a_kernel_that_cannot_start_says_why() {
    let home = home_with(|manifest| manifest);
    let library = home.path().join("data/prebuilt/it/libeosin.so");
    fs::remove_file(&library).unwrap();
    fs::write(&library, "no library").unwrap();
    let mut kernel = Kernel::start_with(|command| {
        command.env("EOSIN_HOME", home.path());
    });
    let (_, message, _) = kernel.run("1 + 1").error();
    assert!(message.contains("libeosin.so"), "{message}");
}

#[test]
fn a_crate_compiled_by_another_rust_is_refused_with_the_fix() {
    let home = home_with(|manifest| {
        let start = manifest.find("\"rustc\": \"").unwrap() + "\"rustc\": \"".len();
        format!("{}another {}", &manifest[..start], &manifest[start..])
    });
    let mut kernel = Kernel::start_with(|command| {
        command.env("EOSIN_HOME", home.path());
    });
    let (_, message, _) = kernel.run("1 + 1").error();
    assert!(
        message.contains("another version of Rust") && message.contains("cargo lab --setup-only"),
        "{message}"
    );
}

#[test]
fn two_kernels_start_at_once_where_nothing_is_cached_yet() {
    workshop();
    let home = home_with(|manifest| manifest);
    let start = || {
        let mut kernel = Kernel::start_with(|command| {
            command.env("EOSIN_HOME", home.path());
        });
        kernel.run("use eosin::prelude::*;").ok();
        let cell =
            kernel.run("Tensor::ones(2, DType::F32, &Device::Cpu)?.sum_all()?.to_scalar::<f32>()?");
        assert_eq!(cell.ok().result(), "2.0");
        assert!(kernel.shut_down());
    };
    std::thread::scope(|scope| {
        for other in [scope.spawn(start), scope.spawn(start)] {
            other.join().unwrap();
        }
    });
    let left = fs::read_dir(home.path().join("cache/scratch"))
        .unwrap()
        .count();
    assert_eq!(left, 0);
}

#[test]
fn the_doctor_mends_a_set_up_that_lacks_something() {
    workshop();
    let asked = eosin(&["doctor", "--json"]).output().unwrap();
    let report: serde_json::Value = serde_json::from_slice(&asked.stdout).unwrap();
    let home = tempfile::tempdir().unwrap();
    let copied = Command::new("cp")
        .arg("-al")
        .arg(report["data"].as_str().unwrap())
        .arg(home.path().join("data"))
        .status();
    assert!(copied.unwrap().success());
    let doctor = |fix: Option<&str>| {
        let mut doctor = eosin(&["doctor", "--json"]);
        let output = doctor.args(fix).env("EOSIN_HOME", home.path()).output();
        let told = String::from_utf8(output.unwrap().stdout).unwrap();
        let json = told.find("{\n").unwrap_or_else(|| panic!("{told}"));
        let report: serde_json::Value = serde_json::from_str(&told[json..]).unwrap();
        let checks = report["checks"].as_array().unwrap().iter();
        let wrong = checks.filter(|check| check["ok"] == false);
        let wrong = wrong.map(|check| check["name"].as_str().unwrap().to_owned());
        wrong.collect::<Vec<String>>()
    };
    assert_eq!(doctor(None), [""; 0]);
    let share = home.path().join("data/python/share/jupyter");
    std::fs::remove_dir_all(share.join("kernels/eosin")).unwrap();
    std::fs::remove_dir_all(share.join("labextensions")).unwrap();
    std::fs::remove_file(home.path().join("data/bin/eosin")).unwrap();
    assert_eq!(doctor(None), ["kernel", "kernelspec", "exercise buttons"]);
    assert_eq!(doctor(Some("--fix")), [""; 0]);
}
