;; Grows to 8 MB and copies that over itself, a byte further, again and again.
(module
  ;; include plugin
  (func $answer (param i32 i32) (result i64)
    (drop (memory.grow (i32.const 126)))
    (loop $again
      (memory.copy (i32.const 65537) (i32.const 65536) (i32.const 0x7efff0))
      (memory.copy (i32.const 65536) (i32.const 65537) (i32.const 0x7efff0))
      (br $again))
    (unreachable)))
