//! What Linux tells of a running process.

#![allow(dead_code)]

use std::path::{Path, PathBuf};

/// Megabytes of a process and all that it started; pages that several share count once.
pub fn memory(process: u32) -> f64 {
    let folder = Path::new("/proc").join(process.to_string());
    let own: f64 = std::fs::read_to_string(folder.join("smaps_rollup"))
        .unwrap_or_default()
        .lines()
        .find_map(|line| line.strip_prefix("Pss:"))
        .and_then(|rest| rest.split_whitespace().next()?.parse().ok())
        .unwrap_or(0.0);
    let tasks = std::fs::read_dir(folder.join("task"));
    let children: f64 = tasks
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|task| std::fs::read_to_string(task.path().join("children")).ok())
        .flat_map(|text| {
            let ids = text.split_whitespace().filter_map(|id| id.parse().ok());
            ids.map(memory).collect::<Vec<f64>>()
        })
        .sum();
    own / 1000.0 + children
}

/// A variable in the environment of a process.
pub fn variable(process: u32, name: &str) -> PathBuf {
    let environment = std::fs::read(format!("/proc/{process}/environ")).unwrap();
    let text = String::from_utf8_lossy(&environment).into_owned();
    let value = text
        .split('\0')
        .find_map(|entry| entry.strip_prefix(name)?.strip_prefix('='));
    PathBuf::from(value.unwrap_or_else(|| panic!("no {name} in {text}")))
}
