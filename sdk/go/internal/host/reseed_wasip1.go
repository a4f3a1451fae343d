//go:build !tinygo

package host

import "unsafe"

// A call starts from a remembered memory, and so with the remembered random numbers: those of
// math/rand, of the order of a map's elements and of select. Go has no way to seed its generator
// anew, but its state can be told by the numbers that it gives.

// generator is how Go 1.22 to 1.26 lay the state out: internal/chacha8rand.State.
type generator struct {
	numbers struct {
		buf  [32]uint64
		seed [4]uint64
	}
	i, n, c uint32
}

// first is where a Go module's data begins.
const first = 4096

// runtimeRand is what math/rand/v2.Uint64 calls.
//
//go:linkname runtimeRand runtime.rand
func runtimeRand() uint64

//go:wasmimport wasi_snapshot_preview1 random_get
//go:noescape
func randomGet(into unsafe.Pointer, size uint32) uint32

var found = find()

// Reseed gives the runtime new random numbers.
func Reseed() {
	if found == nil {
		skip()
		return
	}
	randomGet(unsafe.Pointer(&found.numbers), uint32(unsafe.Sizeof(found.numbers)))
	found.c, found.i = 0, found.n // nothing is left to be given before the seed is used
}

// Reseeds tells whether the generator was found, as it is in every version known.
func Reseeds() bool { return found != nil }

// skip leaves some numbers out, in a version of Go that lays the state out otherwise.
func skip() {
	var count uint16
	randomGet(unsafe.Pointer(&count), 2)
	for range count {
		runtimeRand()
	}
}

func find() *generator {
	// The runtime's variables, and with them the generator, come before the heap.
	heap := uintptr(unsafe.Pointer(new([1024]uint64)))
	last := runtimeRand()
	for at := uintptr(first); at < heap; at += 8 {
		candidate := (*generator)(unsafe.Add(nil, at))
		if !candidate.gave(last) {
			continue
		}
		// By chance, or a copy of the number? The generator gives the next one as well.
		if last = runtimeRand(); candidate.gave(last) {
			return candidate
		}
	}
	return nil
}

func (g *generator) gave(number uint64) bool {
	return g.i-1 < 32 && g.n <= 32 && g.c <= 16 && g.numbers.buf[g.i-1] == number
}
