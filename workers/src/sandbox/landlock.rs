//! Landlock: the kernel refuses every file, every TCP port and every process outside the sandbox,
//! but for what lies beneath the granted folders.
//! <https://docs.kernel.org/userspace-api/landlock.html>

use super::{FIRST_FOLDER, refuse};
use crate::fault::{Code, Fault};
use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible, PathBeneath, Ruleset,
    RulesetAttr, RulesetCreated, RulesetCreatedAttr, RulesetStatus, Scope,
};
use std::os::fd::BorrowedFd;

/// The newest set of rights known here; a kernel that knows fewer is asked for those it knows.
const NEWEST: ABI = ABI::V7;
const READ: u8 = 1;
const WRITE: u8 = 2;

/// Handles every right that the kernel knows, and allows those on the granted folders alone.
pub fn restrict(folders: &[u8]) -> Result<(), Fault> {
    let refuse = refuse("landlock");
    let ruleset = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(NEWEST))
        .and_then(|ruleset| ruleset.handle_access(AccessNet::from_all(NEWEST)))
        .and_then(|ruleset| ruleset.scope(Scope::from_all(NEWEST)))
        .and_then(Ruleset::create)
        .map_err(&refuse)?;
    let ruleset = folders.iter().zip(FIRST_FOLDER..).try_fold(ruleset, allow).map_err(&refuse)?;
    let status = ruleset.restrict_self().map_err(&refuse)?;
    if status.ruleset == RulesetStatus::NotEnforced {
        return Err(Fault::new(Code::Sandbox, "landlock: this kernel does not have it"));
    }
    Ok(())
}

fn allow(
    ruleset: RulesetCreated,
    (mode, fd): (&u8, i32),
) -> Result<RulesetCreated, landlock::RulesetError> {
    // SAFETY: the host hands the granted folders over as these descriptors, and nothing closes them.
    let folder = unsafe { BorrowedFd::borrow_raw(fd) };
    ruleset.add_rule(PathBeneath::new(folder, rights(*mode)))
}

/// What a guest's own files need: no devices, sockets or fifos are made, and nothing is executed.
fn rights(mode: u8) -> BitFlags<AccessFs> {
    let mut rights = BitFlags::empty();
    if mode & READ != 0 {
        rights |= AccessFs::ReadFile | AccessFs::ReadDir;
    }
    if mode & WRITE != 0 {
        rights |= AccessFs::WriteFile
            | AccessFs::Truncate
            | AccessFs::MakeReg
            | AccessFs::MakeDir
            | AccessFs::MakeSym
            | AccessFs::RemoveFile
            | AccessFs::RemoveDir
            | AccessFs::Refer;
    }
    rights
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_grants_no_right_that_changes_anything() {
        let changing = AccessFs::from_all(NEWEST) & !AccessFs::from_read(NEWEST);
        assert!((rights(READ) & changing).is_empty());
    }

    #[test]
    fn no_grant_lets_a_guest_execute_or_make_a_device() {
        let never = AccessFs::Execute | AccessFs::MakeChar | AccessFs::MakeBlock;
        assert!((rights(READ | WRITE) & never).is_empty());
    }
}
