;; Answers text that is not JSON.
(module
  ;; include plugin
  (data (i32.const 1024) "fine, thanks")
  (func $answer (param i32 i32) (result i64) (call $reply (i32.const 1024) (i32.const 12))))
