;; Gives WASI addresses at the end of its memory and beyond; answers two errnos.
(module
  (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write"
    (func $fd_write (param i32 i32 i32 i32) (result i32)))
  ;; include plugin
  (func $answer (param i32 i32) (result i64)
    (call $pair
      (call $random (i32.const -4) (i32.const 8))
      (call $fd_write (i32.const 2) (i32.const -4) (i32.const 1) (i32.const 24)))))
