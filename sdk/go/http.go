package pocket

import (
	"encoding/json"
	"fmt"
	"strings"
)

// HTTP makes requests; it wants permissions.network in the manifest. The package transport does it by
// net/http, for which a plugin becomes larger.
var HTTP httpClient

type httpClient struct{}

// Header is a name and a value.
type Header [2]string

// Request is what is asked of a server.
type Request struct {
	// Method is GET where it is empty.
	Method string
	// URL is absolute, of http or https.
	URL string
	// Headers are sent in this order.
	Headers []Header
	// Body is sent unless it is nil.
	Body []byte
}

// Response is what a server answered, whatever its status.
type Response struct {
	Status int
	// URL is where the answer came from, after all redirects.
	URL        string
	Redirected bool
	Headers    []Header
	// Body is all of it, unpacked.
	Body []byte
}

// Get makes a GET request.
func (client httpClient) Get(url string) (*Response, error) {
	return client.Do(Request{URL: url})
}

// Post makes a POST request with a body of JSON.
func (client httpClient) Post(url string, value any) (*Response, error) {
	body, err := encode(value)
	if err != nil {
		return nil, &HostError{InvalidRequest, "http.request: " + err.Error()}
	}
	headers := []Header{{"content-type", "application/json"}}
	return client.Do(Request{Method: "POST", URL: url, Headers: headers, Body: body})
}

// Do makes a request and waits for the whole response. Redirects are followed; a status of 404 is a
// response too.
func (httpClient) Do(request Request) (*Response, error) {
	var response Response
	if err := ask("http.request", request, &response); err != nil {
		return nil, err
	}
	return &response, nil
}

// OK tells whether the status is one of success, 200 to 299.
func (r *Response) OK() bool { return r.Status >= 200 && r.Status < 300 }

// Header gives the first header of a name, whatever its case, or "".
func (r *Response) Header(name string) string {
	for _, header := range r.Headers {
		if strings.EqualFold(header[0], name) {
			return header[1]
		}
	}
	return ""
}

// Decode reads the body as JSON.
func (r *Response) Decode(value any) error {
	if err := json.Unmarshal(r.Body, value); err != nil {
		return fmt.Errorf("%s: %w", r.URL, err)
	}
	return nil
}
