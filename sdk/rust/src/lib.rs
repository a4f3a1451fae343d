#![doc = include_str!("../README.md")]

#[doc(hidden)]
pub mod abi;
mod base64;
mod context;
mod dispatch;
pub mod env;
mod finite;
mod host;
mod host_error;
pub mod http;
pub mod log;
mod metadata;
mod node;
pub mod store;
pub mod stream;
#[cfg(not(target_family = "wasm"))]
pub mod testing;

pub use context::{Context, Json};
#[doc(hidden)]
pub use dispatch::{Node, answer};
pub use host_error::{ErrorCode, HostError};
pub use metadata::{Example, JSONSchema, NodeMetadata};
pub use node::{Action, PluginNode, Post};
pub use serde_json::{Value, json};

/// Make a plugin of one or more nodes, each a constant expression such as a unit struct.
///
/// It also defines `pocket_plugin(request, response)`, the plain function behind the exports:
/// tests call it with the JSON of a request.
#[macro_export]
macro_rules! export_plugin {
    ($($node:expr),+ $(,)?) => {
        /// Answers one request of the host, JSON to JSON; replaces what `response` held.
        pub fn pocket_plugin(request: &[u8], response: &mut Vec<u8>) {
            static NODES: &[&dyn $crate::Node] = &[$(&$node),+];
            static TYPES: ::std::sync::OnceLock<Vec<String>> = ::std::sync::OnceLock::new();
            let types = TYPES.get_or_init(|| NODES.iter().map(|node| node.describe().node_type).collect());
            $crate::answer(NODES, types, request, response);
        }

        #[cfg(target_family = "wasm")]
        #[unsafe(no_mangle)]
        extern "C" fn __pocket_alloc(size: usize) -> *mut u8 {
            $crate::abi::alloc(size)
        }

        #[cfg(target_family = "wasm")]
        #[unsafe(no_mangle)]
        extern "C" fn __pocket_call(request: *mut u8, len: usize) -> u64 {
            // SAFETY: the host passes what `__pocket_alloc` gave it, filled, once.
            unsafe { $crate::abi::call(pocket_plugin, request, len) }
        }

        #[cfg(target_family = "wasm")]
        #[unsafe(no_mangle)]
        extern "C" fn _initialize() {
            unsafe extern "C" {
                fn __wasm_call_ctors();
            }
            // SAFETY: the linker makes this function; where nothing calls it, every export does.
            unsafe { __wasm_call_ctors() };
            $crate::abi::initialize(pocket_plugin);
        }
    };
}
