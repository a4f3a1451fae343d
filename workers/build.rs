//! Compiles each seccomp policy of `policies/` to the BPF program that the worker carries.

use seccompiler::{BpfProgram, TargetArch};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

const POLICIES: [&str; 3] = ["serve", "serve-files", "compile"];

fn main() -> Result<(), Box<dyn Error>> {
    let arch = TargetArch::try_from(env::var("CARGO_CFG_TARGET_ARCH")?.as_str())?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    for policy in POLICIES {
        let path = Path::new("policies").join(policy).with_extension("json");
        println!("cargo::rerun-if-changed={}", path.display());
        let text = fs::read_to_string(&path)?;
        let rules = text.matches("\"syscall\"").count();
        let name = policy.replace('-', "_").to_uppercase();
        println!("cargo::rustc-env=POCKET_RULES_{name}={rules}");
        let programs = seccompiler::compile_from_json(text.as_bytes(), arch)
            .map_err(|error| format!("{}: {error}", path.display()))?;
        let program = programs.get(policy).ok_or(format!("{}: no {policy}", path.display()))?;
        fs::write(out.join(policy).with_extension("bpf"), bytes(program))?;
    }
    Ok(())
}

/// The program as the kernel reads it: eight bytes an instruction.
fn bytes(program: &BpfProgram) -> Vec<u8> {
    let mut bytes = Vec::new();
    for instruction in program {
        bytes.extend(instruction.code.to_ne_bytes());
        bytes.extend([instruction.jt, instruction.jf]);
        bytes.extend(instruction.k.to_ne_bytes());
    }
    bytes
}
