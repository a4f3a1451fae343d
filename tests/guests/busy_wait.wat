;; Looks at the clock until an hour is over.
(module
  (import "wasi_snapshot_preview1" "clock_time_get"
    (func $clock (param i32 i64 i32) (result i32)))
  ;; include plugin
  (func $now (result i64)
    (drop (call $clock (i32.const 1) (i64.const 0) (i32.const 16)))
    (i64.load (i32.const 16)))
  (func $answer (param i32 i32) (result i64)
    (local $end i64)
    (local.set $end (i64.add (call $now) (i64.const 3600000000000)))
    (loop $again (br_if $again (i64.lt_u (call $now) (local.get $end))))
    (call $number (i32.const 0))))
