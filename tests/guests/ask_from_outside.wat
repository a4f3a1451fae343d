;; Makes host calls with pointers outside its memory, and answers what the last two gave, plus 2.
(module
  (import "pocket" "host_call" (func $host_call (param i32 i32) (result i32)))
  (import "pocket" "host_take" (func $host_take (param i32 i32) (result i32)))
  ;; include plugin
  (func $answer (param i32 i32) (result i64)
    (drop (call $host_call (i32.const -1) (i32.const -1)))
    (drop (call $host_call (i32.const 0) (i32.const 0x7fffffff)))
    (drop (call $host_take (i32.const -8) (i32.const 100)))
    (call $pair
      (i32.add (i32.const 2) (call $host_call (i32.const 0x1fffe) (i32.const 4)))
      (i32.add (i32.const 2) (call $host_take (i32.const 0x7fffffff) (i32.const -1))))))
