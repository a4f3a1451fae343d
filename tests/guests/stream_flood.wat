;; Writes 64 KiB to its stream again and again, and reads nothing.
(module
  ;; include streaming
  (func $answer (param i32 i32) (result i64)
    (loop $more
      (drop (call $write (i32.const 0) (i32.const 65000)))
      (br $more))
    (unreachable)))
