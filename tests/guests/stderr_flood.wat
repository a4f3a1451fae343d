;; Writes 20,000 pieces of 1,000 bytes to stderr, without any line break, and answers 0.
(module
  (import "wasi_snapshot_preview1" "fd_write"
    (func $fd_write (param i32 i32 i32 i32) (result i32)))
  ;; include plugin
  (func $answer (param i32 i32) (result i64)
    (local $left i32)
    (memory.fill (i32.const 1024) (i32.const 120) (i32.const 1000))
    (i32.store (i32.const 16) (i32.const 1024))
    (i32.store (i32.const 20) (i32.const 1000))
    (local.set $left (i32.const 20000))
    (loop $again
      (drop (call $fd_write (i32.const 2) (i32.const 16) (i32.const 1) (i32.const 24)))
      (br_if $again (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
    (call $number (i32.const 0))))
