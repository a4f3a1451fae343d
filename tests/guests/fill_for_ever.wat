;; Fills 64 KiB of its memory again and again, with one instruction each time.
(module
  ;; include plugin
  (func $answer (param i32 i32) (result i64)
    (loop $again
      (memory.fill (i32.const 65536) (i32.const 7) (i32.const 65536))
      (br $again))
    (unreachable)))
