package pocket

import (
	"errors"
	"io"

	"pocket/internal/host"
)

// Input and Output are the streams of a node whose metadata says Stream: bytes of any number, a piece
// at a time. Small writes are put together by the host; nothing has to be flushed.
var (
	Input  io.Reader = input{}
	Output io.Writer = output{}
)

var errNoStream = errors.New("this call has no stream: does the node's metadata say Stream?")

type input struct{}

type output struct{}

func (input) Read(room []byte) (int, error) {
	if len(room) == 0 {
		return 0, nil
	}
	switch count := host.ReadStream(room); {
	case count < 0:
		return 0, errNoStream
	case count == 0:
		return 0, io.EOF
	default:
		return count, nil
	}
}

func (output) Write(bytes []byte) (int, error) {
	if count := host.WriteStream(bytes); count >= 0 {
		return count, nil
	}
	return 0, errNoStream
}
