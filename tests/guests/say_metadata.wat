;; Answers the request for metadata with its source, byte for byte, and every call with 0.
(module
  ;; include plugin
  ;; include source
  (func (export "__pocket_init") (param $source i32) (param $len i32) (result i32)
    (global.set $metadata (call $keep (local.get $source) (local.get $len)))
    (i32.const 1))
  (func $answer (param i32 i32) (result i64) (call $number (i32.const 0))))
