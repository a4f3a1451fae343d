;; Answers a text of 32 MB.
(module
  ;; include plugin
  (func $answer (param i32 i32) (result i64)
    (drop (memory.grow (i32.const 513)))
    (memory.fill (i32.const 65536) (i32.const 97) (i32.const 0x2000002))
    (i32.store8 (i32.const 65536) (i32.const 34))
    (i32.store8 (i32.const 33619969) (i32.const 34))
    (call $output (i32.const 33619970))))
