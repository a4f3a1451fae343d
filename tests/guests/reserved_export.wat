;; Exports a name that is Pocket's own.
(module
  ;; include plugin
  (global (export "__pocket_state_global_0") (mut i32) (i32.const 0))
  (func $answer (param i32 i32) (result i64)
    (call $number (i32.const 0))))
