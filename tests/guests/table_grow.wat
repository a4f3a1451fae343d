;; Grows a table until it is refused, and traps then.
(module
  ;; include plugin
  (table $hoard 0 funcref)
  (func $answer (param i32 i32) (result i64)
    (loop $again
      (br_if $again
        (i32.ne (table.grow $hoard (ref.null func) (i32.const 4096)) (i32.const -1))))
    (unreachable)))
