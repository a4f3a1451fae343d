;; Has a memory for threads, and waits in it for what never comes, using no CPU.
(module
  (memory (export "memory") 1 16 shared)
  (data (i32.const 1024) "{\"success\":false,\"error\":\"\"}")
  (func (export "__pocket_alloc") (param i32) (result i32) (i32.const 4096))
  (func (export "__pocket_call") (param $request i32) (param i32) (result i64)
    (if (i32.ne (i32.load8_u offset=9 (local.get $request)) (i32.const 34))
      (then (drop (memory.atomic.wait32 (i32.const 16) (i32.const 0) (i64.const -1)))))
    (i64.const 0x00000400_0000001c)))
