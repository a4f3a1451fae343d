//go:build !wasip1

package pocket_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"pocket"
	"pocket/pockettest"
	"pocket/transport"
)

// page fetches a page once, and then has it in its store.
var page = pocket.Node[string, string, struct{}]{
	Metadata: pocket.Metadata{Type: "page"},
	Exec: func(_ *pocket.Context[struct{}], url string) (text string, err error) {
		if known, err := pocket.Store.Get(url, &text); known || err != nil {
			return text, err
		}
		headers := []pocket.Header{{"authorization", os.Getenv("TOKEN")}}
		response, err := pocket.HTTP.Do(pocket.Request{URL: url, Headers: headers})
		if err != nil {
			return "", err
		}
		pocket.Log.Infof("%s has %d bytes", url, len(response.Body))
		return string(response.Body), pocket.Store.Set(url, string(response.Body))
	},
}

func TestANodeWorksOnAStream(t *testing.T) {
	if _, err := io.Copy(pocket.Output, pocket.Input); err == nil || !strings.Contains(err.Error(), "no stream") {
		t.Errorf("without a stream: %v", err)
	}
	output := pockettest.Stream(t, strings.Repeat("line\n", 100_000))
	if count, err := io.Copy(pocket.Output, pocket.Input); count != 500_000 || err != nil {
		t.Errorf("copied %d bytes, %v", count, err)
	}
	if output.Len() != 500_000 {
		t.Errorf("wrote %d bytes", output.Len())
	}
}

func TestANodeFetchesOnceAndRemembers(t *testing.T) {
	host := pockettest.New(t)
	t.Setenv("TOKEN", "secret")
	asked := 0
	host.HTTP = func(request pocket.Request) (*pocket.Response, error) {
		asked++
		return &pocket.Response{Status: 200, Body: []byte(request.Method + " " + request.Headers[0][1])}, nil
	}
	for range 2 {
		result, err := pocket.Run(page, "https://a.example/", nil)
		if err != nil || result.Output != "GET secret" {
			t.Fatal(result, err)
		}
	}
	if lines := []string{"info: https://a.example/ has 10 bytes"}; asked != 1 || !slices.Equal(host.Lines(), lines) {
		t.Fatal(asked, host.Lines())
	}
}

func TestARefusalHasItsCodeAndNamesTheCall(t *testing.T) {
	host := pockettest.New(t)
	host.Refuse("store.get", pocket.PermissionDenied, "no permissions.store")
	_, err := pocket.Store.Get("a", new(string))
	if !errors.Is(err, pocket.PermissionDenied) || err.Error() != "permission-denied: store.get: no permissions.store" {
		t.Fatal(err)
	}
	_, err = pocket.HTTP.Get("https://a.example/")
	if !errors.Is(err, pocket.Unavailable) {
		t.Fatal(err)
	}
}

func TestWithoutAHostThereIsNoStore(t *testing.T) {
	if err := pocket.Store.Set("a", 1); !errors.Is(err, pocket.Unavailable) {
		t.Fatal(err)
	}
}

func TestTheStoreKeepsValuesInTheOrderOfTheirKeys(t *testing.T) {
	pockettest.New(t)
	for _, key := range []string{"b", "a", "ab", ""} {
		if err := pocket.Store.Set(key, map[string]string{"key": key}); err != nil {
			t.Fatal(err)
		}
	}
	var value map[string]string
	if known, err := pocket.Store.Get("", &value); !known || err != nil || value["key"] != "" {
		t.Fatal(known, value, err)
	}
	if _, err := pocket.Store.Get("a", new(int)); !errors.Is(err, pocket.Unexpected) {
		t.Fatal(err)
	}
	for range 2 {
		keys, err := pocket.Store.Keys("a")
		if err != nil || !slices.Equal(keys, []string{"a", "ab"}) {
			t.Fatal(keys, err)
		}
	}
	if was, err := pocket.Store.Delete("a"); !was || err != nil {
		t.Fatal(was, err)
	}
	if was, err := pocket.Store.Delete("a"); was || err != nil {
		t.Fatal(was, err)
	}
}

func TestManyKeysAreAskedForInPages(t *testing.T) {
	pockettest.New(t)
	for i := range 2500 {
		if err := pocket.Store.Set(string(rune('a'+i%26))+strings.Repeat("x", i/26), i); err != nil {
			t.Fatal(err)
		}
	}
	if keys, err := pocket.Store.Keys(""); err != nil || len(keys) != 2500 {
		t.Fatal(len(keys), err)
	}
}

func echo(request pocket.Request) (*pocket.Response, error) {
	headers := append(request.Headers, pocket.Header{"X-Method", request.Method})
	return &pocket.Response{Status: 201, Headers: headers, Body: request.Body}, nil
}

func TestABodyComesBackWhateverItsBytes(t *testing.T) {
	pockettest.New(t).HTTP = echo
	for _, body := range []string{"", "text <&>\u2028", "\xff\x00\xfe", "a\xc0"} {
		response, err := pocket.HTTP.Do(pocket.Request{Method: "PUT", URL: "http://a.example/", Body: []byte(body)})
		if err != nil || string(response.Body) != body || response.URL != "http://a.example/" {
			t.Fatalf("%q came back as %+v, %v", body, response, err)
		}
		if !response.OK() || response.Header("x-METHOD") != "PUT" || response.Header("none") != "" {
			t.Fatal(response)
		}
	}
}

func TestNetHTTPGoesThroughTheHost(t *testing.T) {
	pockettest.New(t).HTTP = echo
	client := http.Client{Transport: transport.Transport{}}
	response, err := client.Post("http://a.example/x", "text/plain", bytes.NewBufferString("hello"))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || string(body) != "hello" || response.Status != "201 Created" {
		t.Fatal(body, response, err)
	}
	if response.Header.Get("Content-Type") != "text/plain" || response.Header.Get("X-Method") != "POST" {
		t.Fatal(response.Header)
	}
}
