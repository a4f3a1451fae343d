//! A panic is told to the log, which natively is stderr.
#![allow(clippy::unwrap_used)]

use std::{env, process::Command};

#[test]
#[ignore = "panics; run by the test below, in a process of its own"]
fn panics() {
    pocket_plugin_sdk::abi::initialize(|_, _| ());
    panic!("out of luck");
}

#[test]
fn the_log_gets_message_and_place_of_a_panic() {
    let this_program = env::current_exe().unwrap();
    let run = Command::new(this_program)
        .args(["--ignored", "--exact", "panics", "--nocapture"])
        .output()
        .unwrap();
    let log = String::from_utf8_lossy(&run.stderr);
    assert!(!run.status.success());
    assert!(
        log.contains("error: panicked at tests/panic.rs:10"),
        "{log}"
    );
    assert!(log.contains("out of luck"), "{log}");
}
