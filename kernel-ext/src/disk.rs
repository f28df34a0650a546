//! Space on the disk.

use crate::error::{At, Error, Result};
use crate::home::Home;
use std::path::Path;

/// What setting up takes in all. It takes a little more with CUDA.
const NEEDED_GB: u64 = 4;

/// Refuses to set up when that would fill the disk.
pub fn check(home: &Home) -> Result<()> {
    for folder in [&home.data, &home.cache] {
        let free = free(folder)?;
        if free < NEEDED_GB * 1_000_000_000 {
            return Err(Error::Disk {
                path: folder.clone(),
                needed: NEEDED_GB,
                free: free as f64 / 1e9,
            });
        }
    }
    Ok(())
}

/// Free bytes where `folder` is or will be.
pub fn free(folder: &Path) -> Result<u64> {
    let there = folder
        .ancestors()
        .find(|folder| folder.exists())
        .unwrap_or(Path::new("/"));
    fs4::available_space(there).at(there)
}
