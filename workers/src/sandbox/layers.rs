//! Which layers the operator wants left out or put on top; everything else is always there.

use crate::fault::{Code, Fault};

/// The argument that names the layers to leave out, as `landlock,seccomp`.
const WITHOUT: &str = "--unsafe-without";
/// The argument that asks for namespaces, which cost too much to be there unasked.
const NAMESPACES: &str = "--namespaces";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layers {
    pub landlock: bool,
    pub seccomp: bool,
    pub namespaces: bool,
}

impl Layers {
    /// What the command line says; a layer that it does not know is an error, not a guess.
    pub fn wanted() -> Result<Self, Fault> {
        Self::of(std::env::args())
    }

    fn of(arguments: impl Iterator<Item = String>) -> Result<Self, Fault> {
        let words: Vec<String> = arguments.collect();
        let namespaces = words.iter().any(|word| word == NAMESPACES);
        let mut wanted = Self { landlock: true, seccomp: true, namespaces };
        let named = words.iter().skip_while(|word| *word != WITHOUT).nth(1);
        let named = named.map(String::as_str).unwrap_or_default();
        for name in named.split(',').filter(|name| !name.is_empty()) {
            match name {
                "landlock" => wanted.landlock = false,
                "seccomp" => wanted.seccomp = false,
                other => {
                    let message = format!("{WITHOUT}: there is no layer {other:?} to leave out");
                    return Err(Fault::new(Code::Sandbox, message));
                }
            }
        }
        Ok(wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> Option<(bool, bool)> {
        let layers = Layers::of(line.split(' ').map(str::to_owned)).ok()?;
        Some((layers.landlock, layers.seccomp))
    }

    #[test]
    fn all_layers_are_wanted_unless_one_is_named() {
        assert_eq!(of("pocket-worker serve"), Some((true, true)));
        assert_eq!(of("pocket-worker serve --unsafe-without landlock"), Some((false, true)));
        let both = "pocket-worker serve --unsafe-without landlock,seccomp";
        assert_eq!(of(both), Some((false, false)));
    }

    #[test]
    fn namespaces_are_put_on_top_when_asked_for() {
        let wanted = |line: &str| Layers::of(line.split(' ').map(str::to_owned)).ok();
        assert!(wanted("pocket-worker serve --namespaces").is_some_and(|layers| layers.namespaces));
        assert!(wanted("pocket-worker serve").is_some_and(|layers| !layers.namespaces));
    }

    #[test]
    fn a_layer_that_is_not_one_is_an_error() {
        assert_eq!(of("pocket-worker serve --unsafe-without everything"), None);
    }
}
