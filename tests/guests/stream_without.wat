;; Reads and writes in calls that have no stream, and answers what that gave, plus 2.
(module
  (import "pocket" "stream_read" (func $read (param i32 i32) (result i32)))
  (import "pocket" "stream_write" (func $write (param i32 i32) (result i32)))
  ;; include plugin
  (func $answer (param i32 i32) (result i64)
    (call $pair
      (i32.add (call $read (i32.const 0) (i32.const 1)) (i32.const 2))
      (i32.add (call $write (i32.const 0) (i32.const 1)) (i32.const 2)))))
