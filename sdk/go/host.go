package pocket

import (
	"encoding/json"
	"fmt"

	"pocket/internal/host"
)

// Code says why the host refuses or fails. It is an error, for errors.Is(err, pocket.Timeout).
type Code string

const (
	PermissionDenied Code = "permission-denied" // the manifest does not ask for it, or not for this
	InvalidRequest   Code = "invalid-request"   // the question makes no sense
	Unavailable      Code = "unavailable"       // it failed outside; a retry may help
	QuotaExceeded    Code = "quota-exceeded"    // the quota of the plugin is used up
	Timeout          Code = "timeout"           // the time of the call is nearly over
	TooLarge         Code = "too-large"         // the question or the answer is too large
	Unexpected       Code = "unexpected"        // the answer is not of the type that was asked for
)

func (code Code) Error() string { return string(code) }

// HostError is the host's no.
type HostError struct {
	Code Code `json:"code"`
	// Message is for a person; it names the permission where one is missing.
	Message string `json:"message"`
}

func (e *HostError) Error() string { return string(e.Code) + ": " + e.Message }

// Unwrap gives the code.
func (e *HostError) Unwrap() error { return e.Code }

// ask puts a question, a struct with the name of the call, and reads the answer into value.
func ask(call string, question, value any) error {
	text, err := encode(question)
	if err != nil {
		return &HostError{InvalidRequest, fmt.Sprintf("%s: %v", call, err)}
	}
	response := host.Exchange(text)
	if response == nil {
		return &HostError{TooLarge, call + ": the question is too large"}
	}
	var answer struct {
		Value JSON       `json:"value"`
		Error *HostError `json:"error"`
	}
	err = json.Unmarshal(response, &answer)
	if err == nil && answer.Error != nil {
		return &HostError{answer.Error.Code, call + ": " + answer.Error.Message}
	}
	if err == nil && value != nil && len(answer.Value) > 0 {
		err = json.Unmarshal(answer.Value, value)
	}
	if err != nil {
		return &HostError{Unexpected, fmt.Sprintf("%s: %v", call, err)}
	}
	return nil
}
