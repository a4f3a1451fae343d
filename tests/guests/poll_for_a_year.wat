;; Sleeps for a year by poll_oneoff, again and again.
(module
  (import "wasi_snapshot_preview1" "poll_oneoff"
    (func $poll (param i32 i32 i32 i32) (result i32)))
  ;; include plugin
  (func $answer (param i32 i32) (result i64)
    ;; One subscription: to the monotonic clock, for 31,536,000 s from now.
    (memory.fill (i32.const 1024) (i32.const 0) (i32.const 48))
    (i32.store (i32.const 1040) (i32.const 1))
    (i64.store (i32.const 1048) (i64.const 31536000000000000))
    (loop $again
      (drop (call $poll (i32.const 1024) (i32.const 2048) (i32.const 1) (i32.const 4096)))
      (br $again))
    (unreachable)))
