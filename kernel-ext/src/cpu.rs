//! The processor that the notebook crate is compiled for: this machine's own, or a level that many have.

use std::fs;
use std::process::Command;

/// What rustc calls the processor that it runs on.
const NATIVE: &str = "native";

/// This processor: machines may share a home folder.
pub fn native() -> String {
    // On x86 the first two tell, on ARM the others; macOS has another way.
    const NAMES: [&str; 5] = [
        "model name",
        "flags",
        "Features",
        "CPU implementer",
        "CPU part",
    ];
    let brand = || {
        let output = Command::new("sysctl")
            .args(["-n", "machdep.cpu.brand_string"])
            .output()
            .ok()?;
        Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let told = match fs::read_to_string("/proc/cpuinfo") {
        Ok(info) => NAMES
            .iter()
            .filter_map(|name| info.lines().find(|line| line.starts_with(name)))
            .collect::<Vec<_>>()
            .join(" "),
        Err(_) => brand().unwrap_or_default(),
    };
    format!("{} {told}", std::env::consts::ARCH)
}

/// rustc's name for a processor that a prebuilt crate is for.
pub fn name(cpu: &str) -> &str {
    match is_level(cpu) {
        true => cpu,
        false => NATIVE,
    }
}

/// Whether code for `cpu` runs on this machine.
pub fn fits(cpu: &str) -> bool {
    match is_level(cpu) {
        true => has(cpu),
        false => cpu == native(),
    }
}

/// Whether this is the name of a level, not the description of one machine's processor.
pub fn is_level(cpu: &str) -> bool {
    LEVELS.contains(&cpu)
}

#[cfg(target_arch = "x86_64")]
pub const LEVELS: [&str; 3] = ["x86-64-v2", "x86-64-v3", "x86-64-v4"];
#[cfg(not(target_arch = "x86_64"))]
pub const LEVELS: [&str; 1] = ["generic"];

#[cfg(target_arch = "x86_64")]
fn has(level: &str) -> bool {
    let v2 = is_x86_feature_detected!("sse4.2") && is_x86_feature_detected!("popcnt");
    let v3 = v2
        && is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("fma")
        && is_x86_feature_detected!("bmi2")
        && is_x86_feature_detected!("f16c")
        && is_x86_feature_detected!("lzcnt")
        && is_x86_feature_detected!("movbe");
    let v4 = v3
        && is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512cd")
        && is_x86_feature_detected!("avx512dq")
        && is_x86_feature_detected!("avx512vl");
    match level {
        "x86-64-v2" => v2,
        "x86-64-v3" => v3,
        _ => v4,
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn has(_level: &str) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_for_one_processor_runs_there_alone_and_code_for_a_level_wherever_it_is_reached() {
        assert!(fits(&native()));
        assert!(!fits("x86_64 another processor"));
        assert_eq!(name(&native()), NATIVE);
        for level in LEVELS {
            assert_eq!(name(level), level);
        }
        // Each level includes those before it.
        assert!(
            LEVELS
                .map(has)
                .is_sorted_by(|lower, higher| lower >= higher)
        );
    }
}
