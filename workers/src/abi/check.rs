//! Whether a module is a plugin: every missing export and unknown import, by name.

use super::{imports, wasi};
use wasmer::{ExternType, Module, Type};

const I: Type = Type::I32;

fn function_problem(module: &Module, name: &str, accepted: &[(&[Type], &[Type])], required: bool) -> Option<String> {
    let export = module.exports().find(|export| export.name() == name);
    match export.map(|export| export.ty().clone()) {
        None => required.then(|| format!("export `{name}` is missing")),
        Some(ExternType::Function(found)) => {
            let fits = accepted
                .iter()
                .any(|(params, results)| found.params() == *params && found.results() == *results);
            (!fits).then(|| format!("export `{name}` has the type {found}, which the ABI does not know"))
        }
        Some(_) => Some(format!("export `{name}` is not a function")),
    }
}

fn import_problem(import: &wasmer::ImportType) -> Option<String> {
    let (module, name) = (import.module(), import.name());
    let known = match module {
        "pocket" => imports::NAMES.contains(&name),
        wasi::MODULE => wasi::NAMES.contains(&name),
        _ => false,
    };
    match import.ty() {
        ExternType::Function(_) if known => None,
        ExternType::Function(_) => Some(format!("import `{module}.{name}` is unknown")),
        _ => Some(format!("import `{module}.{name}` is not a function")),
    }
}

/// Everything that keeps `module` from being a plugin; empty for a good one.
pub fn problems(module: &Module) -> Vec<String> {
    let memory = module.exports().any(|export| {
        export.name() == "memory" && matches!(export.ty(), ExternType::Memory(_))
    });
    let mut found: Vec<String> =
        (!memory).then(|| "export `memory` is missing".to_owned()).into_iter().collect();
    found.extend(function_problem(module, "__pocket_alloc", &[(&[I], &[I])], true));
    let call: &[(&[Type], &[Type])] = &[(&[I, I], &[Type::I64]), (&[I, I], &[I, I])];
    found.extend(function_problem(module, "__pocket_call", call, true));
    found.extend(function_problem(module, "__pocket_free", &[(&[I, I], &[])], false));
    found.extend(function_problem(module, "__pocket_init", &[(&[I, I], &[I])], false));
    found.extend(function_problem(module, "_initialize", &[(&[], &[])], false));
    found.extend(module.imports().filter_map(|import| import_problem(&import)));
    found.dedup();
    found
}
