;; Tries to open `etc/passwd` below descriptor 3, and answers the errno.
(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  ;; include plugin
  (data (i32.const 1024) "etc/passwd")
  (func $answer (param i32 i32) (result i64)
    (call $number
      (call $open
        (i32.const 3) (i32.const 0) (i32.const 1024) (i32.const 10)
        (i32.const 0) (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 16)))))
