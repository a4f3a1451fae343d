;; Asks for a line of the log that lies beyond its memory, and answers 0 if that is survived.
(module
  (import "pocket" "log" (func $log (param i32 i32 i32)))
  ;; include plugin
  (func $answer (param i32 i32) (result i64)
    (call $log (i32.const 1) (i32.const -16) (i32.const 32))
    (call $number (i32.const 0))))
