;; Does not export `__pocket_call`.
(module
  ;; include room
)
