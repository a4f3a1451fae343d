//go:build !wasip1

// Package host is the other side: Pocket in WebAssembly, a double of it natively.
package host

import (
	"fmt"
	"io"
	"os"
	"sync/atomic"
)

var (
	levels   = [...]string{"debug", "info", "warning", "error"}
	exchange atomic.Pointer[func([]byte) []byte]
	log      atomic.Pointer[func(int, string)]
	streams  atomic.Pointer[Streams]
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

// Streams are those of the double.
type Streams struct {
	Input  io.Reader
	Output io.Writer
}

// ReadStream fills the room, or part of it; 0 is the end, and less where there is no stream.
func ReadStream(room []byte) int {
	double := streams.Load()
	if double == nil {
		return -1
	}
	count, err := double.Input.Read(room)
	if err != nil && err != io.EOF {
		return -1
	}
	return count
}

// WriteStream writes all of the bytes; it gives less than 0 where there is no stream.
func WriteStream(bytes []byte) int {
	double := streams.Load()
	if double == nil {
		return -1
	}
	count, err := double.Output.Write(bytes)
	if err != nil {
		return -1
	}
	return count
}

// Open makes these the streams until the function that it gives is called.
func Open(double *Streams) (restore func()) {
	before := streams.Swap(double)
	return func() { streams.Store(before) }
}

// Install makes these the host until the function that it gives is called.
func Install(answer func(question []byte) []byte, line func(level int, line string)) (restore func()) {
	before, lines := exchange.Swap(&answer), log.Swap(&line)
	return func() {
		exchange.Store(before)
		log.Store(lines)
	}
}
