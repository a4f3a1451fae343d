;; Grows and writes there; for a request of over 200 bytes reads behind its memory instead.
(module
  ;; include plugin
  (func $answer (param $request i32) (param $len i32) (result i64)
    (if (i32.gt_u (local.get $len) (i32.const 200))
      (then (return (call $number (i32.load8_u (i32.shl (memory.size) (i32.const 16)))))))
    (i32.store (i32.shl (memory.grow (i32.const 1)) (i32.const 16)) (i32.const 7))
    (call $number (i32.const 1))))
