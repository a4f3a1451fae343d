;; Answers every call with its source, byte for byte.
(module
  ;; include plugin
  ;; include source
  (global $said (mut i64) (i64.const 0))
  (func (export "__pocket_init") (param $source i32) (param $len i32) (result i32)
    (global.set $said (call $keep (local.get $source) (local.get $len)))
    (i32.const 1))
  (func $answer (param i32 i32) (result i64) (global.get $said)))
