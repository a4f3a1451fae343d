;; Computes until it is stopped.
(module
  ;; include plugin
  (func $answer (param i32 i32) (result i64)
    (loop $again (br $again))
    (unreachable)))
