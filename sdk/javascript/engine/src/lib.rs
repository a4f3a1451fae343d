//! `QuickJS` as a Pocket plugin (ABI 1): `__pocket_init` gets the author's script, an ES module whose
//! default export is a node or a list of nodes, and `__pocket_call` answers with it.

mod abi;
mod engine;
mod files;
mod host;
mod natives;
mod promise;
mod surroundings;
mod text;
mod url;
