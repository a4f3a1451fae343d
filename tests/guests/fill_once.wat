;; Fills 64 KiB of its memory with one instruction, and answers 1.
(module
  ;; include plugin
  (func $answer (param i32 i32) (result i64)
    (memory.fill (i32.const 65536) (i32.const 7) (i32.const 65536))
    (call $number (i32.const 1))))
