;; Draws a random number as it starts and again in `__pocket_resume`, and answers the last one.
(module
  (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
  ;; include plugin
  (func $draw (export "_initialize") (export "__pocket_resume")
    (if (call $random (i32.const 16) (i32.const 4)) (then (unreachable))))
  (func $answer (param i32 i32) (result i64)
    (call $number (i32.load (i32.const 16)))))
