//! The host's side of a mailbox, as the Python module `pocket.supervisor._mailbox`.

use crate::memory::Mailbox as Memory;
use crate::slot::{Seen, Slot};
use pyo3::IntoPyObjectExt;
use pyo3::exceptions::{PyOSError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes};
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// A reply: its bytes, what it cost, and the core that worker and caller share, if they do.
type Reply<'py> = (Bound<'py, PyBytes>, (u64, u64, u64, Option<u64>), Option<u32>);

/// How long the interpreter's lock is kept: to give it up and take it back costs a call 0.1 us.
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
        let refuse = |errno: rustix::io::Errno| PyOSError::new_err(errno.raw_os_error());
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
    /// Gives False when the worker is not looking, so that the request has to be piped, and None
    /// when the reply comes by the pipe.
    fn exchange<'py>(
        &self,
        py: Python<'py>,
        call_id: u32,
        request: &[u8],
    ) -> PyResult<Bound<'py, PyAny>> {
        self.memory.replies().open();
        if !self.memory.requests().post(call_id, [0; 4], request) {
            return Ok(PyBool::new(py, false).to_owned().into_any());
        }
        self.wait(py, call_id)?.into_bound_py_any(py)
    }

    /// Waits for the reply to a request that was piped after `exchange` had given False.
    fn wait<'py>(&self, py: Python<'py>, call_id: u32) -> PyResult<Option<Reply<'py>>> {
        let (replies, spin) = (self.memory.replies(), self.spin);
        let seen = replies.look(LOCKED.min(spin));
        match seen.unwrap_or_else(|| py.detach(|| self.memory.replies().wait(spin))) {
            Seen::Message => take(py, replies, call_id).map(Some),
            Seen::Pipe => Ok(None),
        }
    }

    /// Makes a worker that looks here look into its pipe.
    fn point_to_pipe(&self) {
        self.memory.requests().point_to_pipe();
    }
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

#[pymodule]
fn _mailbox(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Mailbox>()
}
