//! An image of a guest's memory, and the way back to it after every call.
//!
//! The memory becomes a private mapping of the image, so a page that a call writes to turns
//! anonymous and can be told from the others in /proc/self/pagemap. Such pages are copied back and
//! stay where they are: the next call writes to them without a page fault, and as long as the count
//! of page faults does not move, no further page can have been touched.
//! <https://docs.kernel.org/admin-guide/mm/pagemap.html>

use crate::fault::{Code, Fault};
use crate::sandbox;
use rustix::fs::{MemfdFlags, ftruncate, memfd_create};
use rustix::io::{pread, pwrite};
use rustix::mm::{Advice, MapFlags, MprotectFlags, ProtFlags, madvise, mmap, mprotect, munmap};
use std::ffi::c_void;
use std::fs::File;
use std::os::fd::BorrowedFd;

const PAGE: usize = 4096;
const WASM_PAGE: usize = 64 << 10;
/// Touched pages that stay, a MiB of them; copying more back costs more than faulting them in again.
const RESIDENT_PAGES: usize = 256;
/// Pages beyond the image that stay, 4 MiB of them: a call that does not grow leaves them alone.
const RESIDENT_GROWN_PAGES: usize = 1024;

const PRESENT: u64 = 1 << 63;
const SWAPPED: u64 = 1 << 62;
const FILE_OR_SHARED: u64 = 1 << 61;

fn refuse<E: std::fmt::Display>(step: &'static str) -> impl Fn(E) -> Fault {
    move |error| Fault::new(Code::Sandbox, format!("snapshot, {step}: {error}"))
}

/// The kernel's word on each page of this process, and the file that holds one image after the
/// other; both are opened while the process still may.
pub struct PageMap {
    file: BorrowedFd<'static>,
    image: BorrowedFd<'static>,
    entries: Vec<u8>,
}

impl PageMap {
    pub fn open() -> Result<Self, Fault> {
        let file = File::open("/proc/self/pagemap").map_err(refuse("pagemap"))?;
        let image = memfd_create(c"memory", MemfdFlags::CLOEXEC).map_err(refuse("memfd"))?;
        Ok(Self {
            file: sandbox::pin(file.into(), sandbox::PAGEMAP)?,
            image: sandbox::pin(image, sandbox::IMAGE)?,
            entries: Vec::new(),
        })
    }

    /// Empties the image, and makes it `bytes` of zeros; nothing may be mapped from it any more.
    fn clear_image(&self, bytes: usize) -> Result<(), Fault> {
        ftruncate(self.image, 0).map_err(refuse("size"))?;
        ftruncate(self.image, bytes as u64).map_err(refuse("size"))
    }

    /// Gives the pages from `base` on whose entry passes the test, by number.
    fn pages(
        &mut self,
        base: usize,
        count: usize,
        test: fn(u64) -> bool,
    ) -> Result<Vec<usize>, Fault> {
        self.entries.resize(count * 8, 0);
        let mut done = 0;
        while done < self.entries.len() {
            let at = (base / PAGE * 8 + done) as u64;
            match pread(self.file, &mut self.entries[done..], at).map_err(refuse("pagemap"))? {
                0 => return Err(refuse("pagemap")("it ended early")),
                read => done += read,
            }
        }
        let entries = self.entries.chunks_exact(8).enumerate();
        Ok(entries.filter(|(_, entry)| test(word(entry))).map(|(page, _)| page).collect())
    }
}

fn word(entry: &[u8]) -> u64 {
    entry.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte))
}

fn exists(entry: u64) -> bool {
    entry & (PRESENT | SWAPPED) != 0
}

fn is_private(entry: u64) -> bool {
    exists(entry) && entry & FILE_OR_SHARED == 0
}

/// Page faults so far of this process, which has one thread.
fn faults() -> i64 {
    // SAFETY: an all-zero rusage is valid, and getrusage fills it in.
    unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_THREAD, &raw mut usage);
        usage.ru_minflt + usage.ru_majflt
    }
}

pub struct Snapshot {
    base: *mut u8,
    bytes: usize,
    image: *mut c_void,
    /// By page: whether the image holds it; the others are zero.
    stored: Vec<bool>,
    /// Pages of the image that calls have written to.
    touched: Vec<usize>,
    /// Pages beyond it that calls have grown into.
    grown: Vec<usize>,
    /// The largest size that the memory ever had.
    reach: usize,
    faults: i64,
}

impl Snapshot {
    /// Takes the image of a memory and maps it in the memory's place.
    ///
    /// # Safety
    /// The `bytes` from `base` on are a guest's whole memory, mapped readable and writable, and
    /// nothing holds a reference into them. They must stay mapped as long as the snapshot is used.
    /// The memory of which the last image was taken is gone.
    pub unsafe fn take(base: *mut u8, bytes: usize, map: &mut PageMap) -> Result<Self, Fault> {
        map.clear_image(bytes)?;
        // SAFETY: the caller's promise.
        let stored = unsafe { store(base, bytes, map) }?;
        let (read, both) = (ProtFlags::READ, ProtFlags::READ | ProtFlags::WRITE);
        let in_place = MapFlags::PRIVATE | MapFlags::FIXED;
        // SAFETY: the first mapping is new; the second takes the place of the guest's memory, whose
        // content the image has, as the caller promises that nothing else is there.
        let image = unsafe {
            let image = mmap(std::ptr::null_mut(), bytes, read, MapFlags::PRIVATE, map.image, 0);
            let image = image.map_err(refuse("image"))?;
            mmap(base.cast(), bytes, both, in_place, map.image, 0).map_err(refuse("memory"))?;
            image
        };
        let (touched, grown) = Default::default();
        Ok(Self { base, bytes, image, stored, touched, grown, reach: bytes, faults: faults() })
    }

    /// Whether this is still where the guest's memory begins, whatever it has grown to.
    pub fn covers(&self, base: *mut u8, bytes: usize) -> bool {
        self.base == base && self.bytes <= bytes
    }

    /// Brings the memory, which has `size` bytes by now, back to the image. Gives the number of wasm
    /// pages that it should have again, if it has grown: the caller has to set it.
    pub fn restore(&mut self, size: usize, map: &mut PageMap) -> Result<Option<u32>, Fault> {
        self.reach = self.reach.max(size);
        let before = faults();
        let changed = before != self.faults;
        if changed {
            // Also beyond the size, where pages stay that an earlier call has grown into.
            let touched = map.pages(self.base as usize, self.reach / PAGE, is_private)?;
            let within = touched.partition_point(|page| page * PAGE < self.bytes);
            self.grown = self.keep(&touched[within..], RESIDENT_GROWN_PAGES)?;
            self.touched = self.keep(&touched[..within], RESIDENT_PAGES)?;
        }
        for &page in &self.touched {
            let offset = page * PAGE;
            // SAFETY: `page` is within the memory, which is as large as the image, and the guest
            // does not run.
            unsafe {
                let to = self.base.add(offset);
                if self.stored[page] {
                    to.copy_from_nonoverlapping(self.image.cast::<u8>().add(offset), PAGE);
                } else {
                    to.write_bytes(0, PAGE);
                }
            }
        }
        self.close_growth(size)?;
        // Reading the image of a page for the first time is a fault, too.
        self.faults = if changed { faults() } else { before };
        Ok(if size > self.bytes { u32::try_from(self.bytes / WASM_PAGE).ok() } else { None })
    }

    /// Empties what the memory has grown by, and takes it from the guest.
    fn close_growth(&self, size: usize) -> Result<(), Fault> {
        if size == self.bytes {
            return Ok(());
        }
        for page in self.grown.iter().take_while(|page| **page * PAGE < size) {
            // SAFETY: the page is within the memory, and the guest does not run.
            unsafe { self.base.add(page * PAGE).write_bytes(0, PAGE) };
        }
        // SAFETY: as above; nothing refers to these bytes any more.
        unsafe {
            let (end, more) = (self.base.add(self.bytes).cast(), size - self.bytes);
            mprotect(end, more, MprotectFlags::empty()).map_err(refuse("closing growth"))
        }
    }

    /// Keeps the first `most` pages and gives the others back: they show the image, or zeros, when
    /// they are next read.
    fn keep(&self, pages: &[usize], most: usize) -> Result<Vec<usize>, Fault> {
        let (kept, others) = pages.split_at(most.min(pages.len()));
        for run in others.chunk_by(|one, next| one + 1 == *next) {
            // SAFETY: the pages are within the guest's memory, or what it has been.
            unsafe {
                let from = self.base.add(run[0] * PAGE).cast();
                madvise(from, run.len() * PAGE, Advice::LinuxDontNeed)
                    .map_err(refuse("letting pages go"))?;
            }
        }
        Ok(kept.to_vec())
    }
}

impl Drop for Snapshot {
    fn drop(&mut self) {
        // SAFETY: the image was mapped by `take`, and its address is nowhere else.
        let _ = unsafe { munmap(self.image, self.bytes) };
    }
}

/// Writes every page that is not zero to the file; tells which.
///
/// # Safety
/// As for `Snapshot::take`.
unsafe fn store(base: *mut u8, bytes: usize, map: &mut PageMap) -> Result<Vec<bool>, Fault> {
    let mut stored = vec![false; bytes / PAGE];
    for page in map.pages(base as usize, bytes / PAGE, exists)? {
        // SAFETY: the page is within the memory, and the guest does not run.
        let content = unsafe { std::slice::from_raw_parts(base.add(page * PAGE), PAGE) };
        if content.iter().any(|byte| *byte != 0) {
            let at = (page * PAGE) as u64;
            let written = pwrite(map.image, content, at).map_err(refuse("image"))?;
            if written != PAGE {
                return Err(refuse("image")("a page was cut short"));
            }
            stored[page] = true;
        }
    }
    Ok(stored)
}
