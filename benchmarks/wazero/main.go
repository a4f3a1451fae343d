// Times calls of the statistics plugin inside a Go process. For every line on stdin, a number of
// calls, it prints one line: the nanoseconds of each, as a JSON list.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"strconv"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

type input struct {
	Numbers []float64 `json:"numbers"`
}

type request struct {
	Node     string   `json:"node"`
	Function string   `json:"function"`
	Config   struct{} `json:"config"`
	Input    input    `json:"input"`
}

type output struct {
	Sum     float64 `json:"sum"`
	Average float64 `json:"average"`
	Min     float64 `json:"min"`
	Max     float64 `json:"max"`
}

type response struct {
	Success bool   `json:"success"`
	Output  output `json:"output"`
	Error   string `json:"error"`
}

type plugin struct {
	memory      api.Memory
	alloc, call api.Function
}

func load(ctx context.Context, file string) plugin {
	wasm, err := os.ReadFile(file)
	check(err)
	runtime := wazero.NewRuntime(ctx)
	_, err = runtime.NewHostModuleBuilder("pocket").
		NewFunctionBuilder().WithFunc(func(uint32, uint32, uint32) {}).Export("log").
		Instantiate(ctx)
	check(err)
	config := wazero.NewModuleConfig().WithStartFunctions("_initialize")
	module, err := runtime.InstantiateWithConfig(ctx, wasm, config)
	check(err)
	return plugin{
		memory: module.Memory(),
		alloc:  module.ExportedFunction("__pocket_alloc"),
		call:   module.ExportedFunction("__pocket_call"),
	}
}

func (p plugin) statistics(ctx context.Context, in input) output {
	data, err := json.Marshal(request{Node: "statistics", Function: "run", Input: in})
	check(err)
	at, err := p.alloc.Call(ctx, uint64(len(data)))
	check(err)
	p.memory.Write(uint32(at[0]), data)
	packed, err := p.call.Call(ctx, at[0], uint64(len(data)))
	check(err)
	bytes, _ := p.memory.Read(uint32(packed[0]>>32), uint32(packed[0]))
	var answer response
	check(json.Unmarshal(bytes, &answer))
	if !answer.Success || answer.Output.Sum != 31 {
		log.Fatalf("the plugin answers %s", bytes)
	}
	return answer.Output
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func main() {
	ctx := context.Background()
	p := load(ctx, os.Args[1])
	in := input{Numbers: []float64{3, 1, 4, 1, 5, 9, 2, 6}}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		count, err := strconv.Atoi(lines.Text())
		check(err)
		samples := make([]int64, count)
		for i := range samples {
			begun := time.Now()
			p.statistics(ctx, in)
			samples[i] = time.Since(begun).Nanoseconds()
		}
		line, err := json.Marshal(samples)
		check(err)
		fmt.Println(string(line))
	}
}
