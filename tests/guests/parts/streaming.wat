  ;; A plugin whose one node, `main`, works on a stream.
  (import "pocket" "stream_read" (func $read (param i32 i32) (result i32)))
  (import "pocket" "stream_write" (func $write (param i32 i32) (result i32)))
  ;; include plugin
  (data (i32.const 65200)
    "{\"success\":true,\"output\":{\"functions\":[\"run\"],\"nodes\":[{\"type\":\"main\",\"stream\":true}]}}")
  (func (export "_initialize") (global.set $metadata (i64.const 0x0000feb0_00000057)))
