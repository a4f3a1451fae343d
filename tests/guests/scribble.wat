;; Counts bytes that are not zero, one in each 4 KB of its 64 pages, and overwrites them.
(module
  ;; include plugin
  (func $grow (export "_initialize")
    (drop (memory.grow (i32.const 62))))
  (func $answer (param i32 i32) (result i64)
    (local $at i32)
    (local $dirty i32)
    (local.set $at (i32.const 0x20000))
    (loop $next
      (local.set $dirty
        (i32.add (local.get $dirty) (i32.ne (i32.load8_u (local.get $at)) (i32.const 0))))
      (i32.store8 (local.get $at) (i32.const 7))
      (local.set $at (i32.add (local.get $at) (i32.const 4096)))
      (br_if $next (i32.lt_u (local.get $at) (i32.const 0x400000))))
    (call $number (local.get $dirty))))
