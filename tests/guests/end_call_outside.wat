;; Ends each call by end_call, with a response beyond its memory.
(module
  (import "pocket" "end_call" (func $end_call (param i32 i32)))
  ;; include plugin
  (func $answer (param i32 i32) (result i64)
    (call $end_call (i32.const 131000) (i32.const 100))
    (call $number (i32.const 0))))
