;; Answers its metadata, by address and length as two results.
(module
  ;; include room
  (data (i32.const 1024) "{\"success\":true,\"output\":{\"nodes\":[{\"type\":\"main\"}]}}")
  (func (export "__pocket_call") (param i32 i32) (result i32 i32)
    (i32.const 1024)
    (i32.const 53)))
