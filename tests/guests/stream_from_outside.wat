;; Reads and writes outside its memory, and answers what the last two gave, plus 2.
(module
  ;; include streaming
  (func $answer (param i32 i32) (result i64)
    (drop (call $read (i32.const -1) (i32.const -1)))
    (drop (call $write (i32.const -1) (i32.const -1)))
    (drop (call $write (i32.const 0) (i32.const 0x7fffffff)))
    (drop (call $read (i32.const 0) (i32.const 0x7fffffff)))
    (call $pair
      (i32.add (call $read (i32.const 0x20000) (i32.const 1)) (i32.const 2))
      (i32.add (call $write (i32.const 0x1ffff) (i32.const 2)) (i32.const 2)))))
