;; Grows and writes to every byte until it is refused, and traps then.
(module
  ;; include plugin
  (func $answer (param i32 i32) (result i64)
    (local $page i32)
    (loop $again
      (local.set $page (memory.grow (i32.const 1)))
      (if (i32.ne (local.get $page) (i32.const -1))
        (then
          (memory.fill
            (i32.shl (local.get $page) (i32.const 16)) (i32.const 255) (i32.const 65536))
          (br $again))))
    (unreachable)))
