package pocket

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
)

// mostFrames is what a host shows of a stack.
const mostFrames = 50

type frame struct {
	Function string `json:"function"`
	File     string `json:"file,omitempty"`
	Line     int    `json:"line,omitempty"`
}

// panicked is a panic of a node as the error of its call, with the functions that were under way.
type panicked struct {
	cause any
	stack []frame
}

func (p *panicked) Error() string { return fmt.Sprintf("panic: %v", p.cause) }

// recovered makes the error of what a deferred function has recovered.
func recovered(cause any) *panicked {
	callers := make([]uintptr, mostFrames)
	callers = callers[:runtime.Callers(2, callers)]
	stack := []frame{}
	for frames := runtime.CallersFrames(callers); ; {
		next, more := frames.Next()
		if !ofRuntime(next.Function) {
			stack = append(stack, frame{next.Function, ownFile(next.File), next.Line})
		}
		if !more {
			return &panicked{cause, stack}
		}
	}
}

// ofRuntime tells Go's runtime and this package from what an author wrote.
func ofRuntime(function string) bool {
	for _, prefix := range []string{"runtime.", "pocket.", "_", "wasm_"} {
		if strings.HasPrefix(function, prefix) {
			return true
		}
	}
	return function == ""
}

// ownFile takes the module's name off, which -trimpath puts before the file's place in its folder.
func ownFile(file string) string {
	if build, known := debug.ReadBuildInfo(); known {
		return strings.TrimPrefix(file, build.Main.Path+"/")
	}
	return file
}
