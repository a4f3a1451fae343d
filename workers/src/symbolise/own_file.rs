//! Which files of a plugin are its author's own, and what they are called in a package.

/// Folders that tools fill with what others wrote, wherever they are.
const OTHERS_ANYWHERE: [&str; 2] = ["sdk", "node_modules"];
/// The same, from the plugin's folder; the last two are in place of a folder that cargo was told to
/// forget.
const OTHERS: [&str; 4] = ["target/", "vendor/", "cargo/registry/", "cargo/git/"];

/// The path of a file of the author's, from the plugin's folder; None for any other file. `folder` is
/// absolute. What is relative is so because a compiler was told to forget the folder.
pub fn own_file<'a>(path: &'a str, folder: &str) -> Option<&'a str> {
    let mut own = match path.strip_prefix(folder) {
        Some(rest) if !folder.is_empty() => rest.strip_prefix('/')?,
        _ => path,
    };
    while let Some(rest) = own.strip_prefix("./") {
        own = rest;
    }
    // An author may build files from beside the folder, too.
    let inner = own.trim_start_matches("../");
    // Names that begin with a dot are those of caches and environments.
    let mine =
        |step: &str| !step.is_empty() && !step.starts_with('.') && !OTHERS_ANYWHERE.contains(&step);
    let plain = inner.split('/').all(mine);
    (plain && !OTHERS.iter().any(|others| inner.starts_with(others))).then_some(own)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_the_author_is_called_by_its_way_from_the_plugin_s_folder() {
        for path in
            ["src/a.rs", "./src/a.rs", "/home/me/plugin/src/a.rs", "/home/me/plugin/./src/a.rs"]
        {
            assert_eq!(own_file(path, "/home/me/plugin"), Some("src/a.rs"), "{path}");
        }
    }

    #[test]
    fn no_other_file_is_the_author_s() {
        for path in [
            "",
            "/",
            "/rustc/1/library/core/src/option.rs",
            "/home/me/plugin",
            "/home/me/plugin2/a.c",
            "/home/me/plugin/sdk/pocket.h",
            "./sdk/pocket.h",
            "sdk/src/lib.rs",
            "cargo/registry/src/a/b.rs",
            "../sdk/a.h",
            "a/node_modules/b.c",
            "src/../../a.c",
            ".venv/lib/a.c",
            "target/release/out.rs",
            "src//a.c",
            "/home/me/plugin/.cargo/a.rs",
            "/home/me/plugin//etc/passwd",
        ] {
            assert_eq!(own_file(path, "/home/me/plugin"), None, "{path}");
        }
        assert_eq!(own_file("/etc/passwd", ""), None);
    }
}
