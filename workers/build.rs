//! Compiles each seccomp policy of `policies/` to the BPF program that the worker carries.

use seccompiler::{BpfProgram, TargetArch};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// Every policy has to make sense on each of them, whichever this build is for.
const MACHINES: [&str; 2] = ["x86_64", "aarch64"];
const POLICIES: [&str; 4] = ["serve", "serve-files", "compile", "symbolise"];

fn main() -> Result<(), Box<dyn Error>> {
    let machine = env::var("CARGO_CFG_TARGET_ARCH")?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    for policy in POLICIES {
        let path = Path::new("policies").join(policy).with_extension("json");
        println!("cargo::rerun-if-changed={}", path.display());
        let text = fs::read_to_string(&path)?;
        for other in MACHINES {
            compile(&text, policy, other)?;
        }
        let program = compile(&text, policy, &machine)?;
        fs::write(out.join(policy).with_extension("bpf"), bytes(&program))?;
        let rules = text.matches("\"syscall\"").count();
        let name = policy.replace('-', "_").to_uppercase();
        println!("cargo::rustc-env=POCKET_RULES_{name}={rules}");
    }
    Ok(())
}

fn compile(text: &str, policy: &str, machine: &str) -> Result<BpfProgram, Box<dyn Error>> {
    let machine = TargetArch::try_from(machine)?;
    let mut programs = seccompiler::compile_from_json(text.as_bytes(), machine)
        .map_err(|error| format!("policies/{policy}.json: {error}"))?;
    programs.remove(policy).ok_or_else(|| format!("policies/{policy}.json: no {policy}").into())
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
