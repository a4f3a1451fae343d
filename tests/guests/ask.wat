;; Makes a host call of its source, and answers with what the host says.
(module
  (import "pocket" "host_call" (func $host_call (param i32 i32) (result i32)))
  (import "pocket" "host_take" (func $host_take (param i32 i32) (result i32)))
  ;; include plugin
  ;; include source
  (global $length (mut i32) (i32.const 0))
  (func (export "__pocket_init") (param $source i32) (param $len i32) (result i32)
    (drop (call $keep (local.get $source) (local.get $len)))
    (global.set $length (local.get $len))
    (i32.const 1))
  (func $answer (param i32 i32) (result i64)
    (drop (call $host_call (i32.const 0x100000) (global.get $length)))
    (call $output
      (i32.add (i32.const 65536) (call $host_take (i32.const 65536) (i32.const 0x10000))))))
