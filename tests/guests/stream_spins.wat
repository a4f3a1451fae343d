;; Reads a byte and computes until it is stopped.
(module
  ;; include streaming
  (func $answer (param i32 i32) (result i64)
    (drop (call $read (i32.const 0) (i32.const 1)))
    (loop $more (br $more))
    (unreachable)))
