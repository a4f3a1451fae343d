;; Traps in its start function.
(module
  ;; include plugin
  (func $answer (param i32 i32) (result i64) (call $number (i32.const 0)))
  (func $begin (unreachable))
  (start $begin))
