//! The two streams of a node whose metadata says `stream: true`: bytes of any number, a piece at a
//! time, so that a plugin of little memory can work on a file of any size.
//!
//! ```
//! use std::io::{self, BufRead, BufReader, Write};
//! use pocket_plugin_sdk::{stream, testing};
//!
//! fn number_lines() -> io::Result<usize> {
//!     let mut output = stream::output();
//!     let mut count = 0;
//!     for line in BufReader::new(stream::input()).lines() {
//!         count += 1;
//!         writeln!(output, "{count} {}", line?)?;
//!     }
//!     Ok(count)
//! }
//!
//! testing::set_stream("a\nb\n");
//! assert_eq!(number_lines().unwrap(), 2);
//! assert_eq!(testing::take_stream(), b"1 a\n2 b\n");
//! ```

use std::io::{self, Read, Write};

/// What the node is to read. A [`BufReader`](io::BufReader) gives lines.
#[derive(Debug)]
pub struct Input(());

/// Where the node writes. The host puts small writes together.
#[derive(Debug)]
pub struct Output(());

/// The stream to read.
#[must_use]
pub fn input() -> Input {
    Input(())
}

/// The stream to write.
#[must_use]
pub fn output() -> Output {
    Output(())
}

impl Read for Input {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        done(read(room))
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        done(write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn done(count: i32) -> io::Result<usize> {
    usize::try_from(count).map_err(|_| {
        let message = "this call has no stream: does the node's metadata say `stream: true`?";
        io::Error::new(io::ErrorKind::NotConnected, message)
    })
}

#[cfg(target_family = "wasm")]
mod host {
    #[link(wasm_import_module = "pocket")]
    unsafe extern "C" {
        pub fn stream_read(at: *mut u8, room: usize) -> i32;
        pub fn stream_write(at: *const u8, len: usize) -> i32;
    }
}

#[cfg(target_family = "wasm")]
fn read(room: &mut [u8]) -> i32 {
    // SAFETY: the host writes no more than there is room for.
    unsafe { host::stream_read(room.as_mut_ptr(), room.len()) }
}

#[cfg(target_family = "wasm")]
fn write(bytes: &[u8]) -> i32 {
    // SAFETY: the host only reads the bytes, before it returns.
    unsafe { host::stream_write(bytes.as_ptr(), bytes.len()) }
}

#[cfg(not(target_family = "wasm"))]
fn read(room: &mut [u8]) -> i32 {
    crate::testing::read_stream(room)
}

#[cfg(not(target_family = "wasm"))]
fn write(bytes: &[u8]) -> i32 {
    crate::testing::write_stream(bytes)
}
