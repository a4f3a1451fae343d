//! What `debug` and `stderr` write goes to the log of the host.

use log::{LevelFilter, Log, Metadata, Record};

struct Logger;

impl Log for Logger {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        pocket_plugin_sdk::log::debug(&record.args().to_string());
    }

    fn flush(&self) {}
}

/// Begin to log; safe to repeat.
pub fn start() {
    if log::set_logger(&Logger).is_ok() {
        log::set_max_level(LevelFilter::Debug);
    }
}
