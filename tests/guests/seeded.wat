;; Draws a random number as it starts, and answers it; it has no `__pocket_resume`.
(module
  (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
  ;; include plugin
  (func $draw (export "_initialize")
    (if (call $random (i32.const 16) (i32.const 4)) (then (unreachable))))
  (func $answer (param i32 i32) (result i64)
    (call $number (i32.load (i32.const 16)))))
