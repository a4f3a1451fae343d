;; Answers two random numbers below 2^32.
(module
  (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
  ;; include plugin
  (func $answer (param i32 i32) (result i64)
    (if (call $random (i32.const 16) (i32.const 8)) (then (unreachable)))
    (call $pair (i32.load (i32.const 16)) (i32.load (i32.const 20)))))
