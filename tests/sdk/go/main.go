// A plugin that does what a test asks it to.
package main

import (
	"errors"
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
	"env":    func(name string) (any, error) { return os.Getenv(name), nil },
	"read":   read,
	"write":  func(path string) (any, error) { return nil, os.WriteFile(path, []byte("written"), 0o600) },
	"get":    get,
	"count":  count,
	"random": random,
	"panic":  func(why string) (any, error) { panic(why) },
	"exit":   func(string) (any, error) { os.Exit(3); return nil, nil },
	"sleep":  sleep,
	"litter": litter,
	"birth":  func(string) (any, error) { return fmt.Sprint(birth), nil },
	"grow":   func(string) (any, error) { return len(make([]byte, 20<<20)), nil },
	"calls":  func(string) (any, error) { calls++; return calls, nil },
	"say":    func(line string) (any, error) { fmt.Println(line); pocket.Log.Warnf("%s", line); return nil, nil },
}

func read(path string) (any, error) {
	text, err := os.ReadFile(path)
	return string(text), err
}

func get(url string) (any, error) {
	response, err := pocket.HTTP.Get(url)
	if errors.Is(err, pocket.PermissionDenied) {
		return "denied", nil
	}
	if err != nil {
		return nil, err
	}
	return string(response.Body), nil
}

func count(key string) (any, error) {
	var number int
	if _, err := pocket.Store.Get(key, &number); err != nil {
		return nil, err
	}
	return number + 1, pocket.Store.Set(key, number+1)
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
