package pocket

import "encoding/json"

// Store is what a plugin keeps from call to call; it wants permissions.store in the manifest.
var Store store

type store struct{}

// keysAtOnce is the most that the host gives.
const keysAtOnce = 1000

type storeQuestion struct {
	Call   string  `json:"call"`
	Key    *string `json:"key,omitempty"`
	Value  JSON    `json:"value,omitempty"`
	Prefix *string `json:"prefix,omitempty"`
	After  *string `json:"after,omitempty"`
	Limit  int     `json:"limit,omitempty"`
}

// Get reads the value of a key into value, and tells whether there is one.
func (store) Get(key string, value any) (bool, error) {
	var text JSON
	if err := ask("store.get", storeQuestion{Call: "store.get", Key: &key}, &text); err != nil {
		return false, err
	}
	if len(text) == 0 || string(text) == "null" {
		return false, nil
	}
	if err := json.Unmarshal(text, value); err != nil {
		return false, &HostError{Unexpected, "store.get: " + err.Error()}
	}
	return true, nil
}

// Set puts a value in place of any that is there; nil is like no value.
func (store) Set(key string, value any) error {
	text, err := encode(value)
	if err != nil {
		return &HostError{InvalidRequest, "store.set: " + err.Error()}
	}
	return ask("store.set", storeQuestion{Call: "store.set", Key: &key, Value: text}, nil)
}

// Delete deletes a key, and tells whether it was there.
func (store) Delete(key string) (was bool, err error) {
	err = ask("store.delete", storeQuestion{Call: "store.delete", Key: &key}, &was)
	return was, err
}

// Keys lists all keys that begin with prefix, in the order of their bytes.
func (s store) Keys(prefix string) ([]string, error) {
	all := []string{}
	after := ""
	for {
		page, err := s.KeysAfter(prefix, after, keysAtOnce)
		if err != nil {
			return nil, err
		}
		all = append(all, page...)
		if len(page) < keysAtOnce {
			return all, nil
		}
		after = page[len(page)-1]
	}
}

// KeysAfter lists at most limit keys, 1,000 at most, that begin with prefix and come after the key after.
func (store) KeysAfter(prefix, after string, limit int) (keys []string, err error) {
	question := storeQuestion{Call: "store.keys", Prefix: &prefix, After: &after, Limit: limit}
	err = ask("store.keys", question, &keys)
	return keys, err
}
