;; Reads a byte, writes it, and answers with an error of its own.
(module
  ;; include streaming
  (func $answer (param i32 i32) (result i64)
    (drop (call $read (i32.const 0) (i32.const 1)))
    (drop (call $write (i32.const 0) (i32.const 1)))
    (i64.const 0x0000ff78_0000002c)))
