;; Grows page by page until it is refused, and traps then, as an allocator would.
(module
  ;; include plugin
  (func $answer (param i32 i32) (result i64)
    (loop $again (br_if $again (i32.ne (memory.grow (i32.const 1)) (i32.const -1))))
    (unreachable)))
