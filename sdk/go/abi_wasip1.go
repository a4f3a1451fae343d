package pocket

import (
	"unsafe"

	"pocket/internal/host"
)

var (
	// requests keeps the room that the host writes to from the collector until it is called.
	requests = map[uint32][]byte{}
	// response stays where it is until the next call.
	response []byte
)

//go:wasmexport __pocket_alloc
func pocketAlloc(size uint32) uint32 {
	room := make([]byte, max(size, 1))
	at := address(room)
	requests[at] = room
	return at
}

//go:wasmexport __pocket_call
func pocketCall(at, size uint32) uint64 {
	request := requests[at]
	delete(requests, at)
	response = answer(exported, request[:size])
	return uint64(address(response))<<32 | uint64(len(response))
}

//go:wasmexport __pocket_resume
func pocketResume() {
	host.Reseed()
}

func address(bytes []byte) uint32 {
	return uint32(uintptr(unsafe.Pointer(unsafe.SliceData(bytes))))
}

// settle does once what each call would otherwise do anew from the state that calls start from.
func settle(nodes []Exportable) {
	answer(nodes, []byte(`{"function": "metadata"}`))
	for _, node := range nodes {
		node.rehearse()
	}
}
