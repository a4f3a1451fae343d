;; Answers how many arguments and environment variables it can see.
(module
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $args (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_sizes_get"
    (func $environ (param i32 i32) (result i32)))
  ;; include plugin
  (func $answer (param i32 i32) (result i64)
    (drop (call $args (i32.const 16) (i32.const 20)))
    (drop (call $environ (i32.const 24) (i32.const 28)))
    (call $pair (i32.load (i32.const 16)) (i32.load (i32.const 24)))))
