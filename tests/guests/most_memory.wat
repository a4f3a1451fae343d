;; Declares a memory of 65,536 pages, all that 32 bits can address.
(module
  (memory (export "memory") 65536)
  (func (export "__pocket_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "__pocket_call") (param i32 i32) (result i64) (unreachable)))
