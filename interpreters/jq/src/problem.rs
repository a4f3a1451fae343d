//! What is wrong in the text of a filter, and where.

use jaq_core::compile::Undefined;
use jaq_core::load::{Error, lex, span};
use serde::Serialize;

/// Something wrong in the text of a filter.
#[derive(Debug, Serialize)]
pub struct Problem {
    /// Where, in characters from the beginning.
    offset: usize,
    message: String,
}

/// Give what keeps a text from being parsed.
pub fn syntax(code: &str, error: Error<&str>) -> Vec<Problem> {
    match error {
        Error::Io(errors) => errors
            .into_iter()
            .map(|(path, _)| problem(code, path, "a filter cannot import modules".to_owned()))
            .collect(),
        Error::Lex(errors) => {
            errors.into_iter().map(|(expected, found)| lexed(code, expected, found)).collect()
        }
        Error::Parse(errors) => errors
            .into_iter()
            .map(|(expected, found)| {
                problem(code, found, format!("expected {} {}", expected.as_str(), before(found)))
            })
            .collect(),
    }
}

fn lexed(code: &str, expected: lex::Expect<&str>, found: &str) -> Problem {
    match expected {
        lex::Expect::Delim(open) => problem(code, open, format!("{open} is never closed")),
        other => problem(code, found, format!("expected {} {}", other.as_str(), before(found))),
    }
}

fn before(found: &str) -> String {
    let word = found.split_whitespace().next().unwrap_or_default();
    let short: String = word.chars().take(20).collect();
    if short.is_empty() { "at the end".to_owned() } else { format!("before {short}") }
}

/// Give what a text names that is not there.
pub fn unknown(code: &str, found: &str, undefined: &Undefined) -> Problem {
    let message = match undefined {
        Undefined::Filter(0) => format!("there is no filter {found}"),
        Undefined::Filter(arity) => format!("there is no filter {found}/{arity}"),
        Undefined::Var => format!("there is no variable {found}"),
        Undefined::Label => format!("there is no label {found}"),
        _ => format!("there is no module {found}"),
    };
    problem(code, found, message)
}

fn problem(code: &str, found: &str, message: String) -> Problem {
    let offset = code[..span(code, found).start.min(code.len())].chars().count();
    Problem { offset, message }
}
