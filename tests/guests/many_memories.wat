;; Has eight memories besides the one it exports, each of 64 MB.
(module
  ;; include plugin
  (memory 1024) (memory 1024) (memory 1024) (memory 1024)
  (memory 1024) (memory 1024) (memory 1024) (memory 1024)
  (func $answer (param i32 i32) (result i64) (call $number (i32.const 0))))
