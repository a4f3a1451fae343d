//go:build !wasip1

// Package pockettest is a host for unit tests, where a plugin is native code: the store is in memory,
// the network is what the test says, and the log is kept.
package pockettest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"pocket"
	"pocket/internal/host"
)

// Host answers the host calls of one test, and of one at a time: such tests cannot be parallel.
type Host struct {
	// HTTP answers all requests to the network; without it they are unavailable. An empty URL of the
	// response is replaced by that of the request.
	HTTP func(request pocket.Request) (*pocket.Response, error)

	mutex   sync.Mutex
	store   map[string]pocket.JSON
	refused map[string]*pocket.HostError
	lines   []string
}

// Stream gives the node a stream to read, and keeps what it writes to the other, for the rest of a
// test.
func Stream(t testing.TB, input string) (output *bytes.Buffer) {
	output = &bytes.Buffer{}
	t.Cleanup(host.Open(&host.Streams{Input: strings.NewReader(input), Output: output}))
	return output
}

// New makes an empty host for the rest of a test. Environment variables are set by t.Setenv.
func New(t testing.TB) *Host {
	double := &Host{store: map[string]pocket.JSON{}, refused: map[string]*pocket.HostError{}}
	t.Cleanup(host.Install(double.exchange, double.log))
	return double
}

// Refuse makes all host calls of a name fail from now on: http.request, store.get, store.set,
// store.delete or store.keys.
func (h *Host) Refuse(call string, code pocket.Code, message string) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.refused[call] = &pocket.HostError{Code: code, Message: message}
}

// Lines gives the log so far, each line with its level: "info: counting".
func (h *Host) Lines() []string {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	return slices.Clone(h.lines)
}

func (h *Host) log(level int, line string) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.lines = append(h.lines, [...]string{"debug", "info", "warning", "error"}[level]+": "+line)
}

type question struct {
	Call   string      `json:"call"`
	Key    string      `json:"key"`
	Value  pocket.JSON `json:"value"`
	Prefix string      `json:"prefix"`
	After  string      `json:"after"`
	Limit  int         `json:"limit"`
}

// exchange takes and gives the bytes that a host in Pocket would.
func (h *Host) exchange(text []byte) []byte {
	value, err := h.answer(text)
	response := map[string]any{"ok": err == nil, "value": value}
	if err != nil {
		refusal := &pocket.HostError{Code: pocket.Unavailable, Message: err.Error()}
		errors.As(err, &refusal)
		response = map[string]any{"ok": false, "error": refusal}
	}
	answer, err := json.Marshal(response)
	if err != nil {
		panic(err) // a test's own response that is no JSON cannot be
	}
	return answer
}

func (h *Host) answer(text []byte) (any, error) {
	var asked question
	if err := json.Unmarshal(text, &asked); err != nil {
		return nil, &pocket.HostError{Code: pocket.InvalidRequest, Message: err.Error()}
	}
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if refusal := h.refused[asked.Call]; refusal != nil {
		return nil, refusal
	}
	if asked.Call == "http.request" {
		return h.askNetwork(text)
	}
	return h.keep(&asked)
}

func (h *Host) askNetwork(text []byte) (any, error) {
	var request pocket.Request
	if err := json.Unmarshal(text, &request); err != nil {
		return nil, &pocket.HostError{Code: pocket.InvalidRequest, Message: err.Error()}
	}
	if h.HTTP == nil {
		return nil, fmt.Errorf("nothing answers %s; set HTTP of the pockettest.Host", request.URL)
	}
	// The answer may itself use the host.
	h.mutex.Unlock()
	defer h.mutex.Lock()
	response, err := h.HTTP(request)
	if err != nil {
		return nil, err
	}
	given := *response
	if given.URL == "" {
		given.URL = request.URL
	}
	return given, nil
}

func (h *Host) keep(asked *question) (any, error) {
	value, known := h.store[asked.Key]
	switch asked.Call {
	case "store.get":
		return value, nil
	case "store.set":
		h.store[asked.Key] = bytes.Clone(asked.Value)
		return nil, nil
	case "store.delete":
		delete(h.store, asked.Key)
		return known, nil
	case "store.keys":
		return h.keys(asked), nil
	}
	message := fmt.Sprintf("there is no host call %q", asked.Call)
	return nil, &pocket.HostError{Code: pocket.InvalidRequest, Message: message}
}

func (h *Host) keys(asked *question) []string {
	keys := []string{}
	for _, key := range slices.Sorted(maps.Keys(h.store)) {
		if key > asked.After && strings.HasPrefix(key, asked.Prefix) && len(keys) < asked.Limit {
			keys = append(keys, key)
		}
	}
	return keys
}
