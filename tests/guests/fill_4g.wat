;; Fills 4 GiB less a byte from address 0 on.
(module
  ;; include plugin
  (func $answer (param i32 i32) (result i64)
    (memory.fill (i32.const 0) (i32.const 7) (i32.const -1))
    (unreachable)))
