;; Uses a passive data segment and drops it: the second call of a kept instance traps.
(module
  ;; include plugin
  (data $once "7")
  (func $answer (param i32 i32) (result i64)
    (memory.init $once (i32.const 65536) (i32.const 0) (i32.const 1))
    (data.drop $once)
    (call $output (i32.const 65537))))
