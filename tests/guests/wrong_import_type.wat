;; Imports `pocket.log` with another type than it has.
(module
  (import "pocket" "log" (func (param i64) (result i64)))
  ;; include plugin
  (func $answer (param i32 i32) (result i64) (call $number (i32.const 0))))
