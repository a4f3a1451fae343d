//go:build !wasip1

// Package host is the other side: Pocket in WebAssembly, a double of it natively.
package host

import (
	"fmt"
	"os"
	"sync/atomic"
)

var (
	levels   = [...]string{"debug", "info", "warning", "error"}
	exchange atomic.Pointer[func([]byte) []byte]
	log      atomic.Pointer[func(int, string)]
)

// Exchange gives the double's answer to a question.
func Exchange(question []byte) []byte {
	if double := exchange.Load(); double != nil {
		return (*double)(question)
	}
	return []byte(`{"ok": false, "error": {"code": "unavailable", "message": "there is no host; see pockettest.New"}}`)
}

// Log gives one line to the double, or to stderr.
func Log(level int, line string) {
	if double := log.Load(); double != nil {
		(*double)(level, line)
		return
	}
	fmt.Fprintf(os.Stderr, "%s: %s\n", levels[level], line)
}

// Install makes these the host until the function that it gives is called.
func Install(answer func(question []byte) []byte, line func(level int, line string)) (restore func()) {
	before, lines := exchange.Swap(&answer), log.Swap(&line)
	return func() {
		exchange.Store(before)
		log.Store(lines)
	}
}
