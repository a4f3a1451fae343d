//! Whether a module is a plugin: every missing export and unknown import, by name.

use super::entry::{ALLOC, CALL, FREE, START, is_command};
use super::imports::{Context, function};
use crate::engine::{RESUME, Survey};
use crate::frame::Surroundings;
use wasmer::{Engine, ExternType, FunctionEnv, ImportType, Store, Type};
use wasmer_types::ModuleInfo;

const I: Type = Type::I32;

fn function_problem(
    module: &ModuleInfo,
    name: &str,
    accepted: &[(&[Type], &[Type])],
    required: bool,
) -> Option<String> {
    let export = module.exports().find(|export| export.name() == name);
    match export.map(|export| export.ty().clone()) {
        None => required.then(|| format!("export `{name}` is missing")),
        Some(ExternType::Function(found)) => {
            let fits = accepted
                .iter()
                .any(|(params, results)| found.params() == *params && found.results() == *results);
            (!fits).then(|| {
                format!("export `{name}` has the type {found}, which the ABI does not know")
            })
        }
        Some(_) => Some(format!("export `{name}` is not a function")),
    }
}

/// Compares an import with the very function that a worker would give for it.
fn import_problem(
    import: &ImportType,
    store: &mut Store,
    context: &FunctionEnv<Context>,
) -> Option<String> {
    let name = format!("import `{}.{}`", import.module(), import.name());
    let Some(wanted) = import.ty().func() else {
        return Some(format!("{name} is not a function"));
    };
    let Some(given) = function(import, store, context) else {
        return Some(format!("{name} is unknown"));
    };
    let given = given.ty(store);
    (given != *wanted).then(|| format!("{name} has the type {wanted}, it should be {given}"))
}

/// What is wrong with the exports of a module that is not a command.
fn pocket_problems(module: &ModuleInfo) -> impl Iterator<Item = String> {
    let call: &[(&[Type], &[Type])] = &[(&[I, I], &[Type::I64]), (&[I, I], &[I, I])];
    [
        function_problem(module, ALLOC, &[(&[I], &[I])], true),
        function_problem(module, CALL, call, true),
        function_problem(module, FREE, &[(&[I, I], &[])], false),
        function_problem(module, "__pocket_init", &[(&[I, I], &[I])], false),
        function_problem(module, "_initialize", &[(&[], &[])], false),
        function_problem(module, RESUME, &[(&[], &[])], false),
    ]
    .into_iter()
    .flatten()
}

/// As many as a person reads, and as one frame holds.
const MOST_PROBLEMS: usize = 100;

/// Everything that keeps `module` from being a plugin; empty for a good one.
pub fn problems(engine: &Engine, survey: &Survey, module: &ModuleInfo) -> Vec<String> {
    let memory = module
        .exports()
        .any(|export| export.name() == "memory" && matches!(export.ty(), ExternType::Memory(_)));
    let mut found: Vec<String> =
        (!memory).then(|| "export `memory` is missing".to_owned()).into_iter().collect();
    if is_command(|name| module.exports.contains_key(name)) {
        found.extend(function_problem(module, START, &[(&[], &[])], true));
    } else {
        found.extend(pocket_problems(module));
    }
    found.extend(survey.reserved.iter().map(|name| format!("export `{name}` is reserved")));
    let mut store = Store::new(engine.clone());
    let context = FunctionEnv::new(&mut store, Context::new(0, Surroundings::default()));
    found.extend(
        module.imports().filter_map(|import| import_problem(&import, &mut store, &context)),
    );
    found.dedup();
    if found.len() > MOST_PROBLEMS {
        let more = found.len() - MOST_PROBLEMS;
        found.truncate(MOST_PROBLEMS);
        found.push(format!("and {more} problems more"));
    }
    found
}
