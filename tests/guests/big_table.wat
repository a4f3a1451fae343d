;; Declares a table of 200 million elements.
(module
  ;; include plugin
  (table 200000000 funcref)
  (func $answer (param i32 i32) (result i64) (call $number (i32.const 0))))
