;; Writes 20,000 lines of 1,000 bytes to the log, and answers 0.
(module
  (import "pocket" "log" (func $log (param i32 i32 i32)))
  ;; include plugin
  (func $answer (param i32 i32) (result i64)
    (local $left i32)
    (memory.fill (i32.const 1024) (i32.const 120) (i32.const 1000))
    (local.set $left (i32.const 20000))
    (loop $again
      (call $log (i32.const 1) (i32.const 1024) (i32.const 1000))
      (br_if $again (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
    (call $number (i32.const 0))))
