//! The functions that the surroundings in JavaScript are made of.

use crate::{files, host, promise, text, url};
use rquickjs::convert::List;
use rquickjs::prelude::Func;
use rquickjs::{Ctx, Error, Exception, Object, Result, TypedArray, Value};
use std::cell::Cell;
use std::rc::Rc;

pub type Random = Rc<Cell<[u64; 2]>>;

/// <https://prng.di.unimi.it/xoroshiro128plus.c>, of which the upper 53 bits are taken.
fn next(state: &Cell<[u64; 2]>) -> f64 {
    let [a, b] = state.get();
    let sum = a.wrapping_add(b);
    let c = a ^ b;
    state.set([a.rotate_left(24) ^ c ^ (c << 16), c.rotate_left(37)]);
    (sum >> 11) as f64 / (1_u64 << 53) as f64
}

fn ask(ctx: Ctx<'_>, question: String) -> Result<String> {
    let answer = host::ask(&question)
        .ok_or_else(|| Exception::throw_range(&ctx, "the question to the host is too large"))?;
    Ok(String::from_utf8(answer)?)
}

fn no_stream(ctx: &Ctx<'_>) -> Error {
    let said = "this call has no stream: does the node's metadata say `stream: true`?";
    Exception::throw_message(ctx, said)
}

fn read_stream(ctx: Ctx<'_>, room: usize) -> Result<TypedArray<'_, u8>> {
    let bytes = host::read_stream(room).ok_or_else(|| no_stream(&ctx))?;
    TypedArray::new(ctx, bytes)
}

/// Gives what is to be written before a script runs again.
fn contents<'a, 'js>(ctx: &Ctx<'js>, bytes: &'a TypedArray<'js, u8>) -> Result<&'a [u8]> {
    // SAFETY: no script runs, and so nothing changes the bytes, before they are written.
    unsafe { bytes.as_bytes() }.ok_or_else(|| Exception::throw_type(ctx, "the bytes are detached"))
}

fn write_stream<'js>(ctx: Ctx<'js>, bytes: TypedArray<'js, u8>) -> Result<()> {
    if host::write_stream(contents(&ctx, &bytes)?) {
        Ok(())
    } else {
        Err(no_stream(&ctx))
    }
}

fn random_bytes(ctx: Ctx<'_>, count: usize) -> Result<TypedArray<'_, u8>> {
    let mut bytes = vec![0; count];
    if !host::fill_random(&mut bytes) {
        return Err(Exception::throw_message(
            &ctx,
            "the host gives no random bytes",
        ));
    }
    TypedArray::new(ctx, bytes)
}

fn sleep(ctx: Ctx<'_>, milliseconds: f64) -> Result<()> {
    host::sleep(milliseconds).map_err(|errno| {
        let said = format!("this host lets no timer wait (poll_oneoff gives {errno})");
        Exception::throw_message(&ctx, &said)
    })
}

/// Throws the number of what went wrong with a file.
fn given<'js, T>(ctx: &Ctx<'js>, outcome: std::result::Result<T, u16>) -> Result<T> {
    outcome.map_err(|errno| ctx.throw(Value::new_int(ctx.clone(), errno.into())))
}

fn read_file(ctx: Ctx<'_>, path: String) -> Result<TypedArray<'_, u8>> {
    let bytes = given(&ctx, files::read(&path))?;
    TypedArray::new(ctx, bytes)
}

fn write_file<'js>(
    ctx: Ctx<'js>,
    path: String,
    bytes: TypedArray<'js, u8>,
    at_its_end: bool,
) -> Result<()> {
    given(
        &ctx,
        files::write(&path, contents(&ctx, &bytes)?, at_its_end),
    )
}

fn list_folder(ctx: Ctx<'_>, path: String) -> Result<Vec<String>> {
    given(&ctx, files::list(&path))
}

fn remove_file(ctx: Ctx<'_>, path: String) -> Result<()> {
    given(&ctx, files::remove(&path))
}

fn make_folder(ctx: Ctx<'_>, path: String) -> Result<()> {
    given(&ctx, files::make_folder(&path))
}

fn rename_file(ctx: Ctx<'_>, from: String, to: String) -> Result<()> {
    given(&ctx, files::rename(&from, &to))
}

/// Gives what it is, its bytes, and when it was changed.
fn file_stat(ctx: Ctx<'_>, path: String) -> Result<List<(&'static str, f64, f64)>> {
    let known = given(&ctx, files::stat(&path))?;
    Ok(List((known.kind, known.bytes as f64, known.modified)))
}

fn file_exists(ctx: Ctx<'_>, path: String) -> Result<bool> {
    given(&ctx, files::exists(&path))
}

/// Makes the object `host` of the surroundings, which add to it.
pub fn object<'js>(ctx: &Ctx<'js>, random: Random) -> Result<Object<'js>> {
    let host = Object::new(ctx.clone())?;
    host.set(
        "log",
        Func::from(|level: i32, line: String| host::log(level, &line)),
    )?;
    host.set("random", Func::from(move || next(&random)))?;
    host.set("randomBytes", Func::from(random_bytes))?;
    host.set("ask", Func::from(ask))?;
    host.set("readStream", Func::from(read_stream))?;
    host.set("writeStream", Func::from(write_stream))?;
    host.set("readFile", Func::from(read_file))?;
    host.set("writeFile", Func::from(write_file))?;
    host.set("listFolder", Func::from(list_folder))?;
    host.set("removeFile", Func::from(remove_file))?;
    host.set("makeFolder", Func::from(make_folder))?;
    host.set("renameFile", Func::from(rename_file))?;
    host.set("fileStat", Func::from(file_stat))?;
    host.set("fileExists", Func::from(file_exists))?;
    host.set("environ", Func::from(host::environ))?;
    host.set("now", Func::from(host::now))?;
    host.set("sleep", Func::from(sleep))?;
    host.set("settle", Func::from(promise::settle))?;
    host.set("encode", Func::from(text::encode))?;
    host.set("decode", Func::from(text::decode))?;
    host.set("parseUrl", Func::from(url::parse))?;
    host.set("setUrl", Func::from(url::set))?;
    host.set("parseForm", Func::from(url::parse_form))?;
    host.set("writeForm", Func::from(url::write_form))?;
    Ok(host)
}
