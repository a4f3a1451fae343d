;; Grows by a page for each byte of its request above 100; counts what it finds there, writes to it.
(module
  ;; include plugin
  (func $answer (param $request i32) (param $len i32) (result i64)
    (local $at i32)
    (local $end i32)
    (local $found i32)
    (local.set $at (i32.shl (memory.grow (i32.sub (local.get $len) (i32.const 100))) (i32.const 16)))
    ;; A page of the memory that it had before, which depends on the request.
    (i32.store (i32.mul (i32.and (local.get $len) (i32.const 7)) (i32.const 4096)) (i32.const 7))
    (local.set $end (i32.shl (memory.size) (i32.const 16)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $found
          (i32.add (local.get $found) (i32.ne (i32.load offset=8 (local.get $at)) (i32.const 0))))
        (i32.store offset=8 (local.get $at) (i32.const 7))
        (local.set $at (i32.add (local.get $at) (i32.const 4096)))
        (br $next)))
    (call $number (local.get $found))))
