;; Counts its calls in memory, and ends each by end_call, deep in its stack, with the count as its error.
(module
  (import "pocket" "end_call" (func $end_call (param i32 i32)))
  ;; include plugin
  (data (i32.const 65300) "{\"success\":false,\"error\":\"0\"}")
  (func $deep (param $left i32)
    (if (local.get $left) (then (call $deep (i32.sub (local.get $left) (i32.const 1)))))
    (i32.store8 (i32.const 65326) (i32.add (i32.load8_u (i32.const 65326)) (i32.const 1)))
    (call $end_call (i32.const 65300) (i32.const 29))
    (call $end_call (i32.const 0) (i32.const 0)))
  (func $answer (param i32 i32) (result i64)
    (call $deep (i32.const 100))
    (call $number (i32.const 0))))
