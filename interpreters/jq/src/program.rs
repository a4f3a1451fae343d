//! A filter, compiled.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use jaq_core::data::JustLut;
use jaq_core::load::{Arena, File, Loader, parse::Def};
use jaq_core::{Compiler, Filter};
use jaq_json::Val;

use crate::problem::{Problem, syntax, unknown};

/// What filters work on: values, and nothing of the world outside.
pub type Data = JustLut<Val>;

/// Definitions that jq has and jaq has not, or that mean something else there.
const LIKE_JQ: &str = include_str!("like_jq.jq");

/// Filters that are kept compiled; a workflow has one a node.
const KEPT: usize = 256;

thread_local! {
    static COMPILED: RefCell<HashMap<String, Rc<Filter<Data>>>> = RefCell::default();
}

/// Give a filter, compiled when it is first asked for.
pub fn compiled(code: &str) -> Result<Rc<Filter<Data>>, Vec<Problem>> {
    COMPILED.with_borrow_mut(|kept| {
        if let Some(filter) = kept.get(code) {
            return Ok(Rc::clone(filter));
        }
        let filter = Rc::new(compile(code)?);
        if kept.len() == KEPT {
            kept.clear();
        }
        kept.insert(code.to_owned(), Rc::clone(&filter));
        Ok(filter)
    })
}

/// Compile the text of a filter, or say everything that is wrong with it.
pub fn compile(code: &str) -> Result<Filter<Data>, Vec<Problem>> {
    let arena = Arena::default();
    let modules =
        Loader::new(definitions()).load(&arena, File { path: (), code }).map_err(|errors| {
            errors
                .into_iter()
                .flat_map(|(file, error)| syntax(file.code, error))
                .collect::<Vec<_>>()
        })?;
    let functions = jaq_core::funs().chain(jaq_std::funs()).chain(jaq_json::funs());
    Compiler::default().with_funs(functions).with_global_vars(["$ENV"]).compile(modules).map_err(
        |errors| {
            let all = errors.into_iter().flat_map(|(file, errors)| {
                errors
                    .into_iter()
                    .map(move |(found, undefined)| unknown(file.code, found, &undefined))
            });
            all.collect()
        },
    )
}

fn definitions() -> impl Iterator<Item = Def<&'static str>> {
    let own = jaq_core::load::parse(LIKE_JQ, |parser| parser.defs()).unwrap_or_default();
    jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs()).chain(own)
}
