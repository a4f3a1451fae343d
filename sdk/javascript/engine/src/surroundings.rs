//! What a script finds around it, in JavaScript. Each file is a function that gets the host, and adds
//! globals, or functions to the host for the files after it.

use rquickjs::prelude::Func;
use rquickjs::{Ctx, Function, Object, Result};

const ALWAYS: [&str; 4] = [
    include_str!("surroundings/globals.js"),
    include_str!("surroundings/log.js"),
    include_str!("surroundings/timers.js"),
    include_str!("surroundings/pocket.js"),
];
/// Globals, and the file that has them.
const LATER: [(&[&str], &str); 7] = [
    (
        &["TextEncoder", "TextDecoder"],
        include_str!("surroundings/text.js"),
    ),
    (
        &["URL", "URLSearchParams"],
        include_str!("surroundings/url.js"),
    ),
    (&["structuredClone"], include_str!("surroundings/clone.js")),
    (&["crypto"], include_str!("surroundings/crypto.js")),
    (
        &["AbortController", "AbortSignal"],
        include_str!("surroundings/abort.js"),
    ),
    (&["Headers"], include_str!("surroundings/headers.js")),
    (
        &["fetch", "Request", "Response"],
        include_str!("surroundings/fetch.js"),
    ),
];
/// Has no global: it is read when `pocket.files` is first used, or at the start if the script names it.
const FILES: &str = include_str!("surroundings/files.js");
const RUNTIME: &str = include_str!("runtime.js");

/// Gives what `runtime.js` gives, with the surroundings in place for this script.
pub fn place<'js>(ctx: &Ctx<'js>, host: Object<'js>, script: &[u8]) -> Result<Object<'js>> {
    for file in ALWAYS {
        run(ctx, file, &host)?;
    }
    host.set(
        "readFiles",
        Func::from(move |ctx: Ctx<'js>, host: Object<'js>| run(&ctx, FILES, &host)),
    )?;
    let later: Function = host.get("later")?;
    for (names, file) in LATER {
        let read = move |ctx: Ctx<'js>, host: Object<'js>| run(&ctx, file, &host);
        later.call::<_, ()>((names.to_vec(), Func::from(read)))?;
    }
    let script = String::from_utf8_lossy(script);
    for (names, _) in LATER {
        if let Some(name) = names.iter().find(|name| script.contains(**name)) {
            ctx.globals().get::<_, rquickjs::Value>(*name)?;
        }
    }
    if script.contains(".files") {
        run(ctx, FILES, &host)?;
    }
    ctx.eval::<Function, _>(RUNTIME)?.call((host,))
}

fn run<'js>(ctx: &Ctx<'js>, file: &str, host: &Object<'js>) -> Result<()> {
    ctx.eval::<Function, _>(file)?.call((host.clone(),))
}
