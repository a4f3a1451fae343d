;; Sleeps for 300 us by poll_oneoff, and answers 1.
(module
  (import "wasi_snapshot_preview1" "poll_oneoff"
    (func $poll (param i32 i32 i32 i32) (result i32)))
  ;; include plugin
  (func $answer (param i32 i32) (result i64)
    (memory.fill (i32.const 1024) (i32.const 0) (i32.const 48))
    (i32.store (i32.const 1040) (i32.const 1))
    (i64.store (i32.const 1048) (i64.const 300000))
    (if (call $poll (i32.const 1024) (i32.const 2048) (i32.const 1) (i32.const 4096))
      (then (unreachable)))
    (call $number (i32.const 1))))
