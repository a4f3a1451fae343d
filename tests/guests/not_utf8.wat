;; Answers a string that is not UTF-8.
(module
  ;; include plugin
  (data (i32.const 1024) "{\"success\":true,\"output\":\"\ff\fe\"}")
  (func $answer (param i32 i32) (result i64) (call $reply (i32.const 1024) (i32.const 30))))
