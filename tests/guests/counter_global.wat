;; Counts its calls in a global that it does not export.
(module
  ;; include plugin
  (global $calls (mut i32) (i32.const 0))
  (func $answer (param i32 i32) (result i64)
    (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
    (call $number (global.get $calls))))
