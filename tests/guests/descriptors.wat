;; Tries to write to the descriptors 3 to 255, and answers how many let it.
(module
  (import "wasi_snapshot_preview1" "fd_write"
    (func $fd_write (param i32 i32 i32 i32) (result i32)))
  ;; include plugin
  (func $answer (param i32 i32) (result i64)
    (local $fd i32)
    (local $open i32)
    (i32.store (i32.const 16) (i32.const 1024))
    (i32.store (i32.const 20) (i32.const 1))
    (local.set $fd (i32.const 3))
    (loop $again
      (local.set $open
        (i32.add
          (local.get $open)
          (i32.eqz
            (call $fd_write
              (local.get $fd) (i32.const 16) (i32.const 1) (i32.const 24)))))
      (local.set $fd (i32.add (local.get $fd) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $fd) (i32.const 256))))
    (call $number (local.get $open))))
