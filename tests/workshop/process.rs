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

/// The addresses at which a process listens for TCP connections.
pub fn listening(process: u32) -> Vec<String> {
    let sockets: Vec<String> = std::fs::read_dir(format!("/proc/{process}/fd"))
        .unwrap()
        .flatten()
        .filter_map(|entry| std::fs::read_link(entry.path()).ok())
        .map(|target| target.to_string_lossy().into_owned())
        .collect();
    let mut addresses = Vec::new();
    for table in ["tcp", "tcp6"] {
        let text = std::fs::read_to_string(format!("/proc/{process}/net/{table}"));
        for line in text.unwrap_or_default().lines().skip(1) {
            let fields: Vec<&str> = line.split_whitespace().collect();
            // Local address, state (0A: it listens) and inode, see proc_net_tcp.
            let (local, state, inode) = (fields[1], fields[3], fields[9]);
            if state == "0A" && sockets.contains(&format!("socket:[{inode}]")) {
                addresses.push(local.to_owned());
            }
        }
    }
    addresses
}
