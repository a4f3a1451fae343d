;; Answers 60 MB of empty lists in a list.
(module
  ;; include plugin
  (func $answer (param i32 i32) (result i64)
    (local $done i32)
    (drop (memory.grow (i32.const 964)))
    (i32.store (i32.const 65536) (i32.const 0x2c5d5b5b))  ;; [[],
    (i32.store (i32.const 65539) (i32.const 0x2c5d5b2c))  ;; ,[],
    (local.set $done (i32.const 3))
    (loop $again
      (memory.copy
        (i32.add (i32.const 65540) (local.get $done)) (i32.const 65540) (local.get $done))
      (br_if $again
        (i32.lt_u
          (local.tee $done (i32.shl (local.get $done) (i32.const 1))) (i32.const 0x1c00000))))
    (i32.store
      (i32.add (i32.const 65540) (local.get $done)) (i32.const 0x205d5d5b))  ;; []]
    (call $output (i32.add (i32.const 65543) (local.get $done)))))
