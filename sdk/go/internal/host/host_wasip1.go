// Package host is the other side: Pocket in WebAssembly, a double of it natively.
package host

import "unsafe"

//go:wasmimport pocket host_call
//go:noescape
func hostCall(question unsafe.Pointer, size uint32) int32

//go:wasmimport pocket host_take
//go:noescape
func hostTake(answer unsafe.Pointer, room uint32) int32

//go:wasmimport pocket log
//go:noescape
func hostLog(level int32, line unsafe.Pointer, size uint32)

//go:wasmimport pocket stream_read
//go:noescape
func streamRead(at unsafe.Pointer, room uint32) int32

//go:wasmimport pocket stream_write
//go:noescape
func streamWrite(at unsafe.Pointer, size uint32) int32

// Exchange gives the host's answer to a question, or nil where the host does not take it.
func Exchange(question []byte) []byte {
	size := hostCall(pointer(question), uint32(len(question)))
	if size < 0 {
		return nil
	}
	answer := make([]byte, size)
	taken := hostTake(pointer(answer), uint32(size))
	if taken < 0 {
		return nil
	}
	return answer[:taken]
}

// ReadStream fills the room, or part of it; 0 is the end, and less where there is no stream.
func ReadStream(room []byte) int { return int(streamRead(pointer(room), uint32(len(room)))) }

// WriteStream writes all of the bytes; it gives less than 0 where there is no stream.
func WriteStream(bytes []byte) int { return int(streamWrite(pointer(bytes), uint32(len(bytes)))) }

// Log writes one line at a level from 0, debug, to 3, error.
func Log(level int, line string) {
	hostLog(int32(level), unsafe.Pointer(unsafe.StringData(line)), uint32(len(line)))
}

func pointer(bytes []byte) unsafe.Pointer {
	return unsafe.Pointer(unsafe.SliceData(bytes))
}
