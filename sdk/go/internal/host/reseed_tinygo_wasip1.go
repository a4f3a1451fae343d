//go:build tinygo

package host

import (
	"math/rand/v2"
	"unsafe"
)

//go:wasmimport wasi_snapshot_preview1 random_get
//go:noescape
func randomGet(into unsafe.Pointer, size uint32) uint32

// Reseed leaves some random numbers out: TinyGo has no way to seed its generator anew, which would go on
// from the remembered memory.
func Reseed() {
	var count uint16
	randomGet(unsafe.Pointer(&count), 2)
	for range count {
		rand.Uint64()
	}
}
