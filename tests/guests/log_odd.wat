;; Logs, at a level that does not exist, escape codes of a terminal, a line break and no UTF-8.
(module
  (import "pocket" "log" (func $log (param i32 i32 i32)))
  ;; include plugin
  (data (i32.const 1024) "\1b[2J\1b[31mred\nnext\00\ff\fe")
  (func $answer (param i32 i32) (result i64)
    (call $log (i32.const -7) (i32.const 1024) (i32.const 20))
    (call $number (i32.const 0))))
