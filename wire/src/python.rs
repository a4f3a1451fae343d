//! The host's side, as the Python module `pocket.supervisor._wire`.

use crate::frames::{read_result, write_call};
use crate::mailbox::Mailbox as Memory;
use crate::slot::{KEPT, Seen, Sent, Slot};
use pyo3::IntoPyObjectExt;
use pyo3::exceptions::{PyOSError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyByteArray, PyBytes};
use rustix::io::Errno;
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

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
}

#[pymethods]
impl Mailbox {
    /// Makes the memory. With `spin_us` of 0, waiting never looks and always leaves.
    #[new]
    fn new(spin_us: u64) -> PyResult<Self> {
        let (memory, file) = Memory::create().map_err(refuse)?;
        Ok(Self { memory, file: Mutex::new(Some(file)), spin: Duration::from_micros(spin_us) })
    }

    /// Gives the descriptor by which the worker maps the memory, too.
    fn fileno(&self) -> PyResult<i32> {
        let file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let closed = || PyValueError::new_err("the mailbox was handed over");
        file.as_ref().map(AsRawFd::as_raw_fd).ok_or_else(closed)
    }

    /// Closes the descriptor, which the worker has by now; the memory stays.
    fn close(&self) {
        *self.file.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Sends a request and waits for its reply; raises `ProtocolViolation` if the worker answered
    /// another call.
    ///
    /// Gives False when the request has to be piped, True when it is here but the worker has to be
    /// told so by the pipe, and None when the reply, or word of it, comes by the pipe.
    fn exchange<'py>(
        &self,
        py: Python<'py>,
        call_id: u32,
        request: &[u8],
    ) -> PyResult<Bound<'py, PyAny>> {
        self.memory.replies().open();
        let sent = self.memory.requests().post(call_id, [0; 4], request);
        if sent != Sent::Seen {
            return Ok(PyBool::new(py, sent == Sent::Ring).to_owned().into_any());
        }
        let reply = self.wait(py, call_id)?;
        if reply.is_some() && request.len() > KEPT {
            self.memory.requests().trim().map_err(refuse)?;
        }
        reply.into_bound_py_any(py)
    }

    /// Waits for the reply to a request, after `exchange` had given a bool.
    fn wait<'py>(&self, py: Python<'py>, call_id: u32) -> PyResult<Option<Reply<'py>>> {
        let (replies, spin) = (self.memory.replies(), self.spin);
        let seen = replies.look(LOCKED.min(spin));
        match seen.unwrap_or_else(|| py.detach(|| self.memory.replies().wait(spin))) {
            Seen::Message => self.take(py, call_id).map(Some),
            Seen::Pipe => Ok(None),
        }
    }

    /// Takes the reply of which the worker said by the pipe that it is here.
    fn take<'py>(&self, py: Python<'py>, call_id: u32) -> PyResult<Reply<'py>> {
        let reply = take(py, self.memory.replies(), call_id)?;
        if reply.0.as_bytes().len() > KEPT {
            self.memory.replies().trim().map_err(refuse)?;
        }
        Ok(reply)
    }

    /// Declares that no reply is expected here any more, after one has come by the pipe; gives back
    /// the memory of a large request.
    fn leave(&self, request_bytes: usize) -> PyResult<()> {
        self.memory.replies().leave();
        if request_bytes > KEPT { self.memory.requests().trim().map_err(refuse) } else { Ok(()) }
    }

    /// Makes a worker that looks here look into its pipe.
    fn point_to_pipe(&self) {
        self.memory.requests().point_to_pipe();
    }
}

fn refuse(errno: Errno) -> PyErr {
    PyOSError::new_err(errno.raw_os_error())
}

/// Copies a reply, of which nothing may be believed before.
fn take<'py>(py: Python<'py>, replies: Slot<'_>, id: u32) -> PyResult<Reply<'py>> {
    let (from, length) = replies.message();
    let bytes = PyBytes::new_with(py, length, |to| {
        // SAFETY: `from` is mapped for `length` bytes, and the new object is elsewhere. A worker
        // that changes the bytes meanwhile gets what it deserves: any bytes are a reply's.
        unsafe { from.copy_to_nonoverlapping(to.as_mut_ptr(), length) };
        Ok(())
    })?;
    let (found, core) = (replies.id(), replies.shared_core());
    let [wall_us, cpu_us, memory_bytes, fuel] = replies.numbers();
    replies.leave();
    if found != id {
        let violation = py.import("pocket.errors")?.getattr("ProtocolViolation")?;
        let message = format!("the worker answered call {found}, not {id}");
        return Err(PyErr::from_value(violation.call1((message,))?));
    }
    Ok((bytes, (wall_us, cpu_us, memory_bytes, (fuel > 0).then_some(fuel)), core))
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
    module.add_class::<Mailbox>()
}
