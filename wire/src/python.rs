//! The host's side, as the Python module `pocket._wire`.

use crate::frames::{read_result, write_call};
use crate::huge;
use crate::json;
use crate::mailbox::Mailbox as Memory;
use crate::pause::Pause;
use crate::slot::{MOST, ROOM, Seen, Sent};
use pyo3::IntoPyObjectExt;
use pyo3::exceptions::{PyOSError, PyValueError};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyByteArray, PyBytes};
use rustix::io::Errno;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::slice;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Wall and CPU time in microseconds, bytes of memory, and fuel where it is counted.
type Cost = (u64, u64, u64, Option<u64>);

/// A reply: its bytes, what it cost, and the core that worker and caller share, if they do.
type Reply<'py> = (Bound<'py, PyBytes>, Cost, Option<u32>);

/// How long the interpreter's lock is kept: most replies come before giving it up would pay.
const LOCKED: Duration = Duration::from_micros(3);

/// The host's side of a mailbox.
#[pyclass(frozen)]
struct Mailbox {
    memory: Memory,
    file: Mutex<Option<OwnedFd>>,
    spin: Duration,
    /// The pipe from the worker, which ends with it.
    pipe: AtomicI32,
}

#[pymethods]
impl Mailbox {
    /// Makes the memory. With `spin_us` of 0, waiting never looks and always leaves.
    #[new]
    fn new(spin_us: u64) -> PyResult<Self> {
        let (memory, file) = Memory::create().map_err(refuse)?;
        let (file, spin) = (Mutex::new(Some(file)), Duration::from_micros(spin_us));
        Ok(Self { memory, file, spin, pipe: AtomicI32::new(-1) })
    }

    /// Gives the descriptor by which the worker maps the memory, too.
    fn fileno(&self) -> PyResult<i32> {
        let file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let closed = || PyValueError::new_err("the mailbox was handed over");
        file.as_ref().map(AsRawFd::as_raw_fd).ok_or_else(closed)
    }

    /// Closes the descriptor, which the worker has by now; the memory stays. The pipe `replies`
    /// from the worker tells whether that still lives.
    fn hand_over(&self, replies: RawFd) {
        *self.file.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.pipe.store(replies, Ordering::Relaxed);
    }

    /// Sends a request and waits for its reply; raises `ProtocolViolation` if the worker answered
    /// another call.
    ///
    /// Gives False when the request has to be piped, True when it is here but the worker has to be
    /// told so by the pipe, and None when the reply, or word of it, comes by the pipe, or never: the
    /// worker has gone, or let `timeout_s` pass over one long message.
    fn exchange<'py>(
        &self,
        py: Python<'py>,
        call_id: u32,
        request: &[u8],
        timeout_s: f64,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.memory.replies().open();
        let sent = self.memory.requests().post(call_id, [0; 4], request);
        if sent != Sent::Seen {
            return Ok(PyBool::new(py, sent == Sent::Ring).to_owned().into_any());
        }
        self.wait(py, call_id, request, timeout_s)?.into_bound_py_any(py)
    }

    /// Waits for the reply to a request, after `exchange` had given a bool for it.
    fn wait<'py>(
        &self,
        py: Python<'py>,
        call_id: u32,
        request: &[u8],
        timeout_s: f64,
    ) -> PyResult<Option<Reply<'py>>> {
        if request.len() > ROOM && !self.feed(py, request, timeout_s)? {
            return Ok(None);
        }
        let (replies, spin) = (self.memory.replies(), self.spin);
        let seen = replies.look(LOCKED.min(spin));
        match seen.unwrap_or_else(|| py.detach(|| self.memory.replies().wait(spin))) {
            Seen::Message => self.take(py, call_id, timeout_s),
            Seen::Pipe => Ok(None),
        }
    }

    /// Takes the reply of which the worker said by the pipe that it is here; None as for `exchange`.
    fn take<'py>(
        &self,
        py: Python<'py>,
        call_id: u32,
        timeout_s: f64,
    ) -> PyResult<Option<Reply<'py>>> {
        let replies = self.memory.replies();
        let length = replies.length();
        if length > MOST {
            return Err(violation(py, format!("the worker announced a reply of {length} bytes")));
        }
        let bytes = if length > ROOM {
            match self.drain(py, length, timeout_s)? {
                Some(bytes) => bytes,
                None => return Ok(None),
            }
        } else {
            PyBytes::new_with(py, length, |to| {
                // SAFETY: the room is mapped, and the new object is elsewhere. A worker that changes
                // the bytes meanwhile gets what it deserves: any bytes are a reply's.
                unsafe { replies.message().copy_to_nonoverlapping(to.as_mut_ptr(), length) };
                Ok(())
            })?
        };
        let (found, core) = (replies.id(), replies.shared_core());
        let [wall_us, cpu_us, memory_bytes, fuel] = replies.numbers();
        replies.leave();
        if found != call_id {
            let message = format!("the worker answered call {found}, not {call_id}");
            return Err(violation(py, message));
        }
        Ok(Some((bytes, (wall_us, cpu_us, memory_bytes, (fuel > 0).then_some(fuel)), core)))
    }

    /// Declares that no reply is expected here any more, after one has come by the pipe.
    fn leave(&self) {
        self.memory.replies().leave();
    }

    /// Makes a worker that looks here look into its pipe.
    fn point_to_pipe(&self) {
        self.memory.requests().point_to_pipe();
    }
}

impl Mailbox {
    /// Sends what follows the beginning of a long request; false as `exchange` gives None.
    fn feed(&self, py: Python<'_>, request: &[u8], timeout_s: f64) -> PyResult<bool> {
        self.pass(py, timeout_s, ROOM, |done| self.memory.requests().feed(request, done, self.spin))
    }

    /// Takes a long reply; None as for `exchange`.
    fn drain<'py>(
        &self,
        py: Python<'py>,
        length: usize,
        timeout_s: f64,
    ) -> PyResult<Option<Bound<'py, PyBytes>>> {
        // SAFETY: a new object of `length` bytes, which nobody else sees until they are written.
        let (bytes, to) = unsafe {
            let bytes = ffi::PyBytes_FromStringAndSize(std::ptr::null(), length.cast_signed());
            let bytes = Bound::from_owned_ptr_or_err(py, bytes)?.cast_into_unchecked::<PyBytes>();
            let to = ffi::PyBytes_AsString(bytes.as_ptr()).cast();
            huge::advise(to, length);
            (bytes, slice::from_raw_parts_mut(to.cast::<MaybeUninit<u8>>(), length))
        };
        // SAFETY: the bytes are those of `to`, which is no part of the mailbox.
        let whole = self.pass(py, timeout_s, 0, |done| unsafe {
            self.memory.replies().drain(to.as_mut_ptr().cast(), length, done, self.spin)
        })?;
        Ok(whole.then_some(bytes))
    }

    /// Goes on with a long message from byte `done` on, whenever the worker does.
    fn pass(
        &self,
        py: Python<'_>,
        timeout_s: f64,
        mut done: usize,
        mut step: impl FnMut(&mut usize) -> bool + Send,
    ) -> PyResult<bool> {
        let timeout = Duration::try_from_secs_f64(timeout_s.max(0.0)).unwrap_or(Duration::MAX);
        let begun = Instant::now();
        let mut pause = Pause::default();
        loop {
            let (whole, goes_on) = py.detach(|| {
                let whole = step(&mut done);
                (whole, whole || self.replies().is_some_and(|pipe| pause.take(pipe, done)))
            });
            if whole || !goes_on || begun.elapsed() > timeout {
                return Ok(whole);
            }
            py.check_signals()?;
        }
    }

    /// The pipe from the worker, once there is one.
    fn replies(&self) -> Option<BorrowedFd<'_>> {
        let pipe = Some(self.pipe.load(Ordering::Relaxed)).filter(|pipe| *pipe >= 0);
        // SAFETY: the pipe is open as long as calls are made.
        pipe.map(|pipe| unsafe { BorrowedFd::borrow_raw(pipe) })
    }
}

fn violation(py: Python<'_>, message: String) -> PyErr {
    let found = py.import("pocket.errors").and_then(|errors| errors.getattr("ProtocolViolation"));
    found.and_then(|kind| kind.call1((message,))).map_or_else(|error| error, PyErr::from_value)
}

fn refuse(errno: Errno) -> PyErr {
    PyOSError::new_err((errno.raw_os_error(), errno.to_string()))
}

/// Gives the frames of calls, one after the other, with ids from `first` on.
#[pyfunction]
fn encode_calls<'py>(
    py: Python<'py>,
    first: u32,
    payloads: Vec<Bound<'py, PyBytes>>,
) -> PyResult<Bound<'py, PyBytes>> {
    let mut frames = Vec::new();
    for (id, payload) in (0..).map(|step| first.wrapping_add(step)).zip(&payloads) {
        if !write_call(&mut frames, id, payload.as_bytes()) {
            return Err(PyValueError::new_err("the payload is too long for a frame"));
        }
    }
    Ok(PyBytes::new(py, &frames))
}

/// Reads results from the beginning of `data`, with ids from `first` on, until something else comes.
/// Gives them, at most `most`, and the number of bytes that they took.
#[pyfunction]
fn decode_results<'py>(
    py: Python<'py>,
    data: &Bound<'py, PyByteArray>,
    first: u32,
    most: usize,
) -> (Vec<(Bound<'py, PyBytes>, Cost)>, usize) {
    // A copy: nothing may refer to the bytes of an object that Python code can resize.
    let data = data.to_vec();
    let mut at = 0;
    let mut found = Vec::new();
    while found.len() < most {
        let id = first.wrapping_add(u32::try_from(found.len()).unwrap_or(u32::MAX));
        let Some((it, length)) = read_result(&data[at..], id) else { break };
        let fuel = (it.fuel > 0).then_some(it.fuel);
        let cost = (it.wall_us, it.cpu_us, it.memory_bytes, fuel);
        found.push((PyBytes::new(py, it.payload), cost));
        at += length;
    }
    (found, at)
}

#[pymodule]
fn _wire(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(encode_calls, module)?)?;
    module.add_function(wrap_pyfunction!(decode_results, module)?)?;
    module.add_function(wrap_pyfunction!(json::loads, module)?)?;
    module.add_class::<Mailbox>()
}
