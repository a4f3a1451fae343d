;; Imports what wasm-bindgen would fill in, and calls it for a long request only.
(module
  (import "__wbindgen_placeholder__" "__wbindgen_throw" (func $throw (param i32 i32)))
  (import "__wbindgen_externref_xform__" "__wbindgen_externref_table_grow" (func (param i32) (result i32)))
  ;; include plugin
  (data (i32.const 65000) "{\"success\":true,\"output\":1}")
  (func $answer (param $request i32) (param $len i32) (result i64)
    (if (i32.gt_u (local.get $len) (i32.const 500))
      (then (call $throw (local.get $request) (local.get $len))))
    (i64.const 0x0000fde8_0000001b)))
