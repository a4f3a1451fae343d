package pocket

import (
	"encoding/json"
	"unicode/utf8"
)

// wireBody is a body in JSON: text where it is UTF-8, base64 where not.
type wireBody struct {
	Text   *string `json:"body,omitempty"`
	Base64 []byte  `json:"bodyBase64,omitempty"`
}

type wireRequest struct {
	Call    string   `json:"call,omitempty"`
	Method  string   `json:"method"`
	URL     string   `json:"url"`
	Headers []Header `json:"headers"`
	wireBody
}

type wireResponse struct {
	Status     int      `json:"status"`
	URL        string   `json:"url"`
	Headers    []Header `json:"headers"`
	Redirected bool     `json:"redirected"`
	wireBody
}

func toWire(body []byte) wireBody {
	if body == nil {
		return wireBody{}
	}
	if !utf8.Valid(body) {
		return wireBody{Base64: body}
	}
	text := string(body)
	return wireBody{Text: &text}
}

func (body wireBody) bytes() []byte {
	switch {
	case body.Base64 != nil:
		return body.Base64
	case body.Text != nil:
		return []byte(*body.Text)
	}
	return nil
}

// MarshalJSON writes the request as host calls have it; a double of the host reads it.
func (r Request) MarshalJSON() ([]byte, error) {
	method := r.Method
	if method == "" {
		method = "GET"
	}
	headers := append([]Header{}, r.Headers...) // never null
	return encode(wireRequest{"http.request", method, r.URL, headers, toWire(r.Body)})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (r *Request) UnmarshalJSON(text []byte) error {
	var wire wireRequest
	if err := json.Unmarshal(text, &wire); err != nil {
		return err
	}
	*r = Request{wire.Method, wire.URL, wire.Headers, wire.bytes()}
	return nil
}

// MarshalJSON writes the response as host calls have it.
func (r Response) MarshalJSON() ([]byte, error) {
	headers := append([]Header{}, r.Headers...)
	return encode(wireResponse{r.Status, r.URL, headers, r.Redirected, toWire(r.Body)})
}

// UnmarshalJSON reads the response of a host call.
func (r *Response) UnmarshalJSON(text []byte) error {
	var wire wireResponse
	if err := json.Unmarshal(text, &wire); err != nil {
		return err
	}
	*r = Response{wire.Status, wire.URL, wire.Redirected, wire.Headers, wire.bytes()}
	return nil
}
