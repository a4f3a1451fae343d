;; Logs one line of each level, from debug to error, and traps.
(module
  (import "pocket" "log" (func $log (param i32 i32 i32)))
  ;; include plugin
  (data (i32.const 1024) "hello")
  (func $answer (param i32 i32) (result i64)
    (call $log (i32.const 0) (i32.const 1024) (i32.const 5))
    (call $log (i32.const 1) (i32.const 1024) (i32.const 5))
    (call $log (i32.const 2) (i32.const 1024) (i32.const 5))
    (call $log (i32.const 3) (i32.const 1024) (i32.const 5))
    (unreachable)))
