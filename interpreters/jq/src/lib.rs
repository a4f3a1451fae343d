//! The jq language as a Pocket plugin, by [jaq](https://github.com/01mf02/jaq).

mod check;
mod logger;
mod output;
mod problem;
mod program;
mod transform;

pocket_plugin_sdk::export_plugin!(transform::Transform, check::Check);
