// Package transport lets net/http, and what is built on it, make requests through Pocket:
//
//	client := http.Client{Transport: transport.Transport{}}
//
// It makes a plugin larger by all of net/http; [pocket.HTTP] does without. Requests follow redirects
// in the host, so the client sees none.
package transport

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"pocket"
)

// Transport is an [http.RoundTripper].
type Transport struct{}

// RoundTrip makes one request. Its context is looked at before, not while the host is waited for.
func (Transport) RoundTrip(request *http.Request) (*http.Response, error) {
	body, err := readBody(request)
	if err != nil {
		return nil, err
	}
	if err := request.Context().Err(); err != nil {
		return nil, err
	}
	response, err := pocket.HTTP.Do(pocket.Request{
		Method:  request.Method,
		URL:     request.URL.String(),
		Headers: headers(request.Header),
		Body:    body,
	})
	if err != nil {
		return nil, err
	}
	return toHTTP(request, response), nil
}

func readBody(request *http.Request) ([]byte, error) {
	if request.Body == nil {
		return nil, nil
	}
	defer request.Body.Close()
	body, err := io.ReadAll(request.Body)
	if len(body) == 0 {
		return nil, err
	}
	return body, err
}

func headers(from http.Header) []pocket.Header {
	var all []pocket.Header
	for name, values := range from {
		for _, value := range values {
			all = append(all, pocket.Header{name, value})
		}
	}
	return all
}

func toHTTP(request *http.Request, response *pocket.Response) *http.Response {
	header := http.Header{}
	for _, one := range response.Headers {
		header.Add(one[0], one[1])
	}
	if final, err := url.Parse(response.URL); err == nil && response.Redirected {
		request = request.Clone(request.Context())
		request.URL = final
	}
	return &http.Response{
		Status:        strconv.Itoa(response.Status) + " " + http.StatusText(response.Status),
		StatusCode:    response.Status,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        header,
		Body:          io.NopCloser(bytes.NewReader(response.Body)),
		ContentLength: int64(len(response.Body)),
		Request:       request,
	}
}
