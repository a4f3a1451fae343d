//! What preview 1 calls the errors of the system.

use rustix::io;

/// One error number of preview 1; `Result` is what every function of it comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Errno(u16);

pub type Result<T> = std::result::Result<T, Errno>;

impl Errno {
    pub const ACCES: Self = Self(2);
    pub const BADF: Self = Self(8);
    pub const FAULT: Self = Self(21);
    pub const INVAL: Self = Self(28);
    pub const IO: Self = Self(29);
    pub const ISDIR: Self = Self(31);
    pub const MFILE: Self = Self(33);
    pub const NAMETOOLONG: Self = Self(37);
    pub const NOENT: Self = Self(44);
    pub const NOSPC: Self = Self(51);
    pub const NOSYS: Self = Self(52);
    pub const NOTDIR: Self = Self(54);
    pub const NOTSOCK: Self = Self(57);
    pub const NOTSUP: Self = Self(58);
    pub const OVERFLOW: Self = Self(61);
    pub const PERM: Self = Self(63);
    pub const ROFS: Self = Self(69);
    pub const SPIPE: Self = Self(70);
    pub const NOTCAPABLE: Self = Self(76);

    pub const fn code(self) -> u16 {
        self.0
    }
}

impl From<io::Errno> for Errno {
    fn from(errno: io::Errno) -> Self {
        Self(match errno {
            io::Errno::ACCESS => 2,
            io::Errno::AGAIN => 6,
            io::Errno::BADF => 8,
            io::Errno::BUSY => 10,
            io::Errno::DQUOT => 19,
            io::Errno::EXIST => 20,
            io::Errno::FBIG => 22,
            io::Errno::INTR => 27,
            io::Errno::INVAL => 28,
            io::Errno::ISDIR => 31,
            io::Errno::LOOP => 32,
            io::Errno::MFILE | io::Errno::NFILE => 33,
            io::Errno::MLINK => 34,
            io::Errno::NAMETOOLONG => 37,
            io::Errno::NODEV => 43,
            io::Errno::NOENT => 44,
            io::Errno::NOMEM => 48,
            io::Errno::NOSPC => 51,
            io::Errno::NOTDIR => 54,
            io::Errno::NOTEMPTY => 55,
            io::Errno::OPNOTSUPP => 58,
            io::Errno::NXIO => 60,
            io::Errno::OVERFLOW => 61,
            io::Errno::PERM => 63,
            io::Errno::ROFS => 69,
            io::Errno::SPIPE => 70,
            io::Errno::TXTBSY => 74,
            io::Errno::XDEV => 75,
            _ => 29,
        })
    }
}
