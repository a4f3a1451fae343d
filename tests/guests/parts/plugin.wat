  ;; All of a plugin but `(func $answer (param i32 i32) (result i64))`, which gets every request
  ;; except the one for metadata: that one names no node, so its tenth byte is a quotation mark.
  ;; include room
  (data (i32.const 65400) "{\"success\":false,\"error\":\"see the manifest\"}")
  (global $metadata (mut i64) (i64.const 0x0000ff78_0000002c))

  (func (export "__pocket_call") (param $request i32) (param $len i32) (result i64)
    (if (result i64) (i32.eq (i32.load8_u offset=9 (local.get $request)) (i32.const 34))
      (then (global.get $metadata))
      (else (call $answer (local.get $request) (local.get $len)))))
