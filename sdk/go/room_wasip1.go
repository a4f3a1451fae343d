//go:build !tinygo

package pocket

import "runtime"

var spare []byte

// A call in which the memory grows cannot be taken back, so there is room for most of them: of a heap
// below 4 MiB, Go collects nothing. Nobody writes to the room, so it costs no memory.
func init() {
	spare = make([]byte, 8<<20)
	spare = nil
	runtime.GC()
}
