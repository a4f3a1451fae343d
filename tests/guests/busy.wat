;; Computes until 300 us have passed on its own clock; answers how many nanoseconds it were.
(module
  (import "wasi_snapshot_preview1" "clock_time_get"
    (func $clock (param i32 i64 i32) (result i32)))
  ;; include plugin
  (func $now (result i64)
    (if (call $clock (i32.const 1) (i64.const 0) (i32.const 16)) (then (unreachable)))
    (i64.load (i32.const 16)))
  (func $answer (param i32 i32) (result i64)
    (local $begun i64)
    (local $passed i64)
    (local.set $begun (call $now))
    (loop $again
      (local.set $passed (i64.sub (call $now) (local.get $begun)))
      (br_if $again (i64.lt_u (local.get $passed) (i64.const 300000))))
    (call $number (i32.wrap_i64 (local.get $passed)))))
