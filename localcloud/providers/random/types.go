package random

import (
	"encoding/base64"
	"encoding/hex"
	"math/big"
	"strconv"
	"strings"

	petname "github.com/dustinkirkland/golang-petname"
	"github.com/google/uuid"
)

// keepers is the input whose change asks for a new value.
var keepers = attribute{name: "keepers", kind: table, inPlace: sameKeepers}

// sameKeepers is true where only keys without a value come or go.
func sameKeepers(from, to any) bool {
	before, ok := from.(map[string]any)
	if !ok && from != nil {
		return false
	}
	after, ok := to.(map[string]any)
	if !ok && to != nil {
		return false
	}
	for name, value := range after {
		if before[name] != value {
			return false
		}
	}
	for name := range before {
		if _, kept := after[name]; !kept {
			return false
		}
	}
	return true
}

// resources are the provider's types by the middle of their token: "Password" is random:index/randomPassword:RandomPassword.
var resources = map[string]*resource{
	"Password": passwordResource,
	"String":   stringResource,
	"Id":       idResource,
	"Integer":  integerResource,
	"Pet":      petResource,
	"Shuffle":  shuffleResource,
	"Bytes":    bytesResource,
	"Uuid":     uuidResource(func() string { return uuid.UUID(bytes(16)).String() }),
	"Uuid4":    uuidResource(func() string { return uuid.New().String() }),
	"Uuid7":    uuidResource(func() string { return uuid.Must(uuid.NewV7()).String() }),
}

func atLeast(name string, least int64) func(values) []mistake {
	return func(given values) []mistake {
		if value, known := given[name].(int64); known && value < least {
			return []mistake{wrong(name, "must be at least %d, got %d", least, value)}
		}
		return nil
	}
}

var idResource = &resource{
	attributes: []attribute{
		keepers,
		{name: "byteLength", kind: whole, required: true},
		{name: "prefix", kind: text},
		{name: "b64Std", kind: text, computed: true},
		{name: "b64Url", kind: text, computed: true},
		{name: "dec", kind: text, computed: true},
		{name: "hex", kind: text, computed: true},
	},
	check: atLeast("byteLength", 1),
	create: func(planned values) (string, values, error) {
		prefix, _ := planned["prefix"].(string)
		drawn := bytes(planned["byteLength"].(int64))
		return base64.RawURLEncoding.EncodeToString(drawn), idForms(prefix, drawn), nil
	},
	adopt: func(named string) (string, values, error) {
		prefix, id := "", named
		if at := strings.LastIndex(named, ","); at >= 0 {
			prefix, id = named[:at], named[at+1:]
		}
		content, err := base64.RawURLEncoding.DecodeString(id)
		if err != nil || len(content) == 0 {
			return "", nil, wrongImport("expected the b64Url of an id, or PREFIX,B64URL; got %q", named)
		}
		state := idForms(prefix, content)
		state["byteLength"] = int64(len(content))
		if prefix != "" {
			state["prefix"] = prefix
		}
		return id, state, nil
	},
}

func idForms(prefix string, content []byte) values {
	return values{
		"b64Std": prefix + base64.StdEncoding.EncodeToString(content),
		"b64Url": prefix + base64.RawURLEncoding.EncodeToString(content),
		"dec":    prefix + new(big.Int).SetBytes(content).String(),
		"hex":    prefix + hex.EncodeToString(content),
	}
}

var bytesResource = &resource{
	attributes: []attribute{
		{name: "keepers", kind: table},
		{name: "length", kind: whole, required: true},
		{name: "base64", kind: text, computed: true, secret: true},
		{name: "hex", kind: text, computed: true, secret: true},
	},
	noIDProperty: true, // but the bytes themselves are the id, and ids are not encrypted: upstream has it so, and its states must fit
	check:        atLeast("length", 1),
	create: func(planned values) (string, values, error) {
		drawn := bytes(planned["length"].(int64))
		encoded := base64.StdEncoding.EncodeToString(drawn)
		return encoded, values{"base64": encoded, "hex": hex.EncodeToString(drawn)}, nil
	},
	adopt: func(named string) (string, values, error) {
		content, err := base64.StdEncoding.DecodeString(named)
		if err != nil || len(content) == 0 {
			return "", nil, wrongImport("expected the bytes in standard base64")
		}
		return named, values{"base64": named, "hex": hex.EncodeToString(content), "length": int64(len(content))}, nil
	},
}

var integerResource = &resource{
	attributes: []attribute{
		keepers,
		{name: "max", kind: whole, required: true},
		{name: "min", kind: whole, required: true},
		{name: "seed", kind: text, emptyIsNone: true},
		{name: "result", kind: whole, computed: true},
	},
	check: func(given values) []mistake {
		least, knowLeast := given["min"].(int64)
		most, knowMost := given["max"].(int64)
		if knowLeast && knowMost && most < least {
			return []mistake{wrong("max", "must be at least min (%d), got %d", least, most)}
		}
		return nil
	},
	create: func(planned values) (string, values, error) {
		least, most := planned["min"].(int64), planned["max"].(int64)
		result := least + secure.Int64N(most-least+1)
		if seed, given := planned["seed"].(string); given {
			result = least + int64(fromSeed(seed).Intn(int(most-least+1)))
		}
		return strconv.FormatInt(result, 10), values{"result": result}, nil
	},
	adopt: func(named string) (string, values, error) {
		parts := strings.SplitN(named, ",", 4)
		state := values{}
		for at, name := range []string{"result", "min", "max"} {
			if at >= len(parts) {
				return "", nil, wrongImport("expected RESULT,MIN,MAX or RESULT,MIN,MAX,SEED; got %q", named)
			}
			number, err := strconv.ParseInt(parts[at], 10, 64)
			if err != nil {
				return "", nil, wrongImport("expected RESULT,MIN,MAX or RESULT,MIN,MAX,SEED; %s is no integer in %q", name, named)
			}
			state[name] = number
		}
		if len(parts) == 4 {
			state["seed"] = parts[3]
		}
		return parts[0], state, nil
	},
}

var petResource = &resource{
	attributes: []attribute{
		keepers,
		{name: "length", kind: whole, fallback: int64(2)},
		{name: "prefix", kind: text, emptyIsNone: true},
		{name: "separator", kind: text, fallback: "-"},
	},
	check: atLeast("length", 1),
	create: func(planned values) (string, values, error) {
		// The names come from math/rand's shared generator, which the runtime seeds from the system; they are no secrets.
		words := []string{petname.Name()}
		if planned["length"].(int64) > 1 {
			words = append([]string{petname.Adjective()}, words...)
		}
		for int64(len(words)) < planned["length"].(int64) {
			words = append([]string{petname.Adverb()}, words...)
		}
		if prefix, given := planned["prefix"].(string); given {
			words = append([]string{prefix}, words...)
		}
		return strings.Join(words, planned["separator"].(string)), values{}, nil
	},
}

var shuffleResource = &resource{
	attributes: []attribute{
		keepers,
		{name: "inputs", kind: list, required: true},
		{name: "resultCount", kind: whole},
		{name: "seed", kind: text},
		{name: "results", kind: list, computed: true},
	},
	check: atLeast("resultCount", 0),
	create: func(planned values) (string, values, error) {
		items := planned["inputs"].([]any)
		count, given := planned["resultCount"].(int64)
		if !given {
			count = int64(len(items))
		}
		permutation := secure.Perm
		if seed, _ := planned["seed"].(string); seed != "" {
			permutation = fromSeed(seed).Perm
		}
		results := []any{}
		for len(items) > 0 && int64(len(results)) < count {
			for _, at := range permutation(len(items)) {
				results = append(results, items[at])
			}
		}
		return "-", values{"results": results[:min(count, int64(len(results)))]}, nil
	},
}

func uuidResource(draw func() string) *resource {
	return &resource{
		attributes: []attribute{keepers, {name: "result", kind: text, computed: true}},
		create: func(values) (string, values, error) {
			result := draw()
			return result, values{"result": result}, nil
		},
		adopt: func(named string) (string, values, error) {
			result, err := uuid.Parse(named)
			if err != nil || len(named) != 36 {
				return "", nil, wrongImport("expected a UUID such as 72d0da15-7de8-4287-b12f-d63175adb733, got %q", named)
			}
			return result.String(), values{"result": result.String()}, nil
		},
	}
}
