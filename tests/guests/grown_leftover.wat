;; Writes to a page it has just grown, after counting what was there: always 0 in a fresh page.
(module
  ;; include plugin
  (func $answer (param i32 i32) (result i64)
    (local $at i32)
    (local $found i32)
    (local.set $at (i32.shl (memory.grow (i32.const 1)) (i32.const 16)))
    (local.set $found (i32.load (local.get $at)))
    (i32.store (local.get $at) (i32.const 7))
    (call $number (local.get $found))))
