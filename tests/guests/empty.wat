;; A module of nothing.
(module)
