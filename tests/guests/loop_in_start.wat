;; Never gets past its start function, which runs while the module is instantiated.
(module
  ;; include plugin
  (func $answer (param i32 i32) (result i64) (call $number (i32.const 0)))
  (func $begin (loop $again (br $again)))
  (start $begin))
