//! Names as their author wrote them, and never longer than is shown.

use cpp_demangle::{BorrowedSymbol, DemangleOptions};
use std::fmt::{self, Write};

/// Bytes of a name, or of the path of a file.
pub const MOST_BYTES: usize = 300;
/// A longer name is nobody's; reading one takes time that grows faster than it does.
const MOST_MANGLED_BYTES: usize = 4096;

/// Takes what fits, and lets no writer go on after that: a short name can stand for gigabytes.
#[derive(Default)]
struct Bounded(String);

impl Write for Bounded {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let left = MOST_BYTES - self.0.len();
        self.0.push_str(cut(text, left));
        if text.len() > left { Err(fmt::Error) } else { Ok(()) }
    }
}

fn cut(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

/// The first bytes of a text.
pub fn shortened(text: &str) -> String {
    cut(text, MOST_BYTES).to_owned()
}

/// Reads names of Rust and C++; any other stays as it is.
pub fn demangle(name: &str) -> String {
    if name.len() > MOST_MANGLED_BYTES {
        return shortened(name);
    }
    rust(name).or_else(|| cpp(name)).unwrap_or_else(|| shortened(name))
}

fn rust(name: &str) -> Option<String> {
    let symbol = rustc_demangle::try_demangle(name).ok()?;
    let mut written = Bounded::default();
    // What did not fit is what the bound is for. `#` leaves the hash away.
    let _ = write!(written, "{symbol:#}");
    Some(written.0)
}

fn cpp(name: &str) -> Option<String> {
    if !name.starts_with("_Z") {
        return None;
    }
    let (symbol, rest) = BorrowedSymbol::with_tail(name.as_bytes()).ok()?;
    if !rest.is_empty() {
        return None;
    }
    let mut written = Bounded::default();
    let options = DemangleOptions::new().no_params().no_return_type();
    let _ = symbol.structured_demangle(&mut written, &options);
    (!written.0.is_empty()).then_some(written.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_their_authors_wrote_them() {
        assert_eq!(
            demangle("_ZN4core9panicking5panic17h0123456789abcdefE"),
            "core::panicking::panic"
        );
        assert_eq!(demangle("_RNvCskwGfYPst2Cb_3foo16example_function"), "foo::example_function");
        assert_eq!(demangle("_ZN5Deeds4execERKi"), "Deeds::exec");
        assert_eq!(demangle("main.exec"), "main.exec");
        assert_eq!(demangle("_Zwhat"), "_Zwhat");
    }

    #[test]
    fn a_name_that_unfolds_without_end_is_cut() {
        // Each name of a back reference doubles what the one before it stands for.
        let mut name = "_Z1fI1aE".to_owned();
        for digit in '0'..='9' {
            name.push_str(&format!("S_IS{digit}_S{digit}_E"));
        }
        assert!(demangle(&name).len() <= MOST_BYTES);
        assert!(demangle(&"ä".repeat(10 << 20)).len() <= MOST_BYTES);
    }
}
