;; Answers 100,000 lists within each other.
(module
  ;; include plugin
  (func $answer (param i32 i32) (result i64)
    (drop (memory.grow (i32.const 4)))
    (memory.fill (i32.const 65536) (i32.const 91) (i32.const 100000))
    (memory.fill (i32.const 165536) (i32.const 93) (i32.const 100000))
    (call $output (i32.const 265536))))
