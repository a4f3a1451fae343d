;; Declares a memory of 60,000 pages, 3.7 GB.
(module
  (memory (export "memory") 60000)
  (func (export "__pocket_alloc") (param i32) (result i32) (i32.const 1024))
  (func (export "__pocket_call") (param i32 i32) (result i64) (unreachable)))
