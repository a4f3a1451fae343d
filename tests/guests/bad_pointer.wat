;; Says that its answer lies beyond its memory.
(module
  ;; include plugin
  (func $answer (param i32 i32) (result i64)
    (call $reply (i32.const 0x7fff0000) (i32.const 16))))
