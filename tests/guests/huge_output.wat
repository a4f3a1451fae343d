;; Answers 100 MB, all of it in its memory.
(module
  ;; include plugin
  (func $answer (param i32 i32) (result i64)
    (drop (memory.grow (i32.const 1600)))
    (call $reply (i32.const 0) (i32.const 104857600))))
