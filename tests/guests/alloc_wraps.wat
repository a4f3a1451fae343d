;; Says that the request goes to the last address of 32 bits, where it would wrap around.
(module
  (memory (export "memory") 1)
  (func (export "__pocket_alloc") (param i32) (result i32) (i32.const -1))
  (func (export "__pocket_call") (param i32 i32) (result i64) (unreachable)))
