;; Answers with an error of its own.
(module
  ;; include plugin
  (data (i32.const 1024) "{\"success\":false,\"error\":\"no such luck\"}")
  (func $answer (param i32 i32) (result i64) (call $reply (i32.const 1024) (i32.const 40))))
