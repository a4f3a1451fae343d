;; Has a memory with 64-bit addresses.
(module
  (memory (export "memory") i64 1)
  (func (export "__pocket_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "__pocket_call") (param i32 i32) (result i64) (unreachable)))
