;; Says that its answer lies around the end of what 32 bits can address.
(module
  ;; include plugin
  (func $answer (param i32 i32) (result i64)
    (call $reply (i32.const -8) (i32.const 16))))
