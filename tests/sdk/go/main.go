// A plugin that does what a test asks it to.
package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"runtime"
	"time"

	"pocket"
)

type input struct {
	Do  string `json:"do"`
	Arg string `json:"arg"`
}

var (
	calls int
	birth = rand.Uint64()
)

var deeds = map[string]func(arg string) (any, error){
	"random": random,
	"panic":  func(why string) (any, error) { panic(why) },
	"exit":   func(string) (any, error) { os.Exit(3); return nil, nil },
	"sleep":  sleep,
	"litter": litter,
	"birth":  func(string) (any, error) { return fmt.Sprint(birth), nil },
	"grow":   func(string) (any, error) { return len(make([]byte, 20<<20)), nil },
	"calls":  func(string) (any, error) { calls++; return calls, nil },
}

// random gives a number, and the order in which a map gives its elements.
func random(string) (any, error) {
	order := ""
	for letter := range map[string]bool{"a": true, "b": true, "c": true, "d": true, "e": true, "f": true, "g": true} {
		order += letter
	}
	return []any{fmt.Sprint(rand.Uint64()), order}, nil
}

func sleep(string) (any, error) {
	done := make(chan string)
	go func() {
		time.Sleep(20 * time.Millisecond)
		done <- "slept"
	}()
	return <-done, nil
}

// litter makes 40 MB of garbage, and keeps none.
func litter(string) (any, error) {
	var total int
	for range 40 {
		total += len(make([]byte, 1<<20))
	}
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	return memory.NumGC > 0 && total == 40<<20, nil
}

func exec(_ *pocket.Context[struct{}], in input) (any, error) {
	return deeds[in.Do](in.Arg)
}

func copyStream(*pocket.Context[struct{}], any) (int64, error) {
	return io.Copy(pocket.Output, pocket.Input)
}

func init() {
	pocket.Export(
		pocket.Node[input, any, struct{}]{Metadata: pocket.Metadata{Type: "main"}, Exec: exec},
		pocket.Node[any, int64, struct{}]{Metadata: pocket.Metadata{Type: "copy", Stream: true}, Exec: copyStream},
	)
}

func main() {}
