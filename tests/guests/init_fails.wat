;; Refuses its source; append a source section, or it is not asked.
(module
  ;; include plugin
  (func (export "__pocket_init") (param i32 i32) (result i32) (i32.const 0))
  (func $answer (param i32 i32) (result i64) (call $number (i32.const 0))))
