;; Says that the request goes to an address far beyond its memory.
(module
  (memory (export "memory") 1)
  (func (export "__pocket_alloc") (param i32) (result i32) (i32.const 0x7fff0000))
  (func (export "__pocket_call") (param i32 i32) (result i64) (unreachable)))
