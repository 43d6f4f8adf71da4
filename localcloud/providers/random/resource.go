package random

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"google.golang.org/protobuf/types/known/structpb"
)

// attribute is one property of a resource.
type attribute struct {
	name string
	kind kind
	// required inputs must be given; computed ones are results and may not be given; the others may.
	required, computed bool
	// fallback is what an input that is not given is taken to be; nil for none.
	fallback any
	// secret results are encrypted in the state and hidden in output.
	secret bool
	// emptyIsNone: the empty string means the same as no value, and none is kept.
	emptyIsNone bool
	// inPlace says of a change (from, to) that it needs no new random value. Without it every change replaces.
	inPlace func(from, to any) bool
}

// resource is one type of the provider.
type resource struct {
	attributes []attribute
	// stateVersion is what the official provider notes with the state, so that it takes ours for current; empty for none.
	stateVersion string
	// check gives the mistakes in known inputs, by property.
	check func(values) []mistake
	// settle completes planned values where one input decides another's default.
	settle func(given, planned values)
	// create makes the results; the id is the resource's, and also a property unless noIDProperty.
	create func(planned values) (id string, results values, err error)
	// adopt makes the state of an existing value from what the user names in an import; nil where that cannot be.
	adopt        func(id string) (resourceID string, state values, err error)
	noIDProperty bool
}

// mistake is one thing wrong with the inputs.
type mistake struct{ property, reason string }

func wrong(property, format string, arguments ...any) mistake {
	return mistake{property, fmt.Sprintf(format, arguments...)}
}

func (r *resource) attribute(name string) (attribute, bool) {
	at := slices.IndexFunc(r.attributes, func(a attribute) bool { return a.name == name })
	if at < 0 {
		return attribute{}, false
	}
	return r.attributes[at], true
}

// inputs reads what the program gave, with every mistake in it.
func (r *resource) inputs(given *structpb.Struct) (values, []mistake) {
	read, mistakes := values{}, []mistake{}
	for _, name := range slices.Sorted(maps.Keys(given.GetFields())) {
		attribute, known := r.attribute(name)
		switch {
		case strings.HasPrefix(name, "__"): // notes of the engine and of the official provider
		case !known:
			mistakes = append(mistakes, wrong(name, "unknown property; allowed: %s", strings.Join(r.inputNames(), ", ")))
		case attribute.computed:
			mistakes = append(mistakes, wrong(name, "is a result and cannot be set"))
		default:
			value, err := attribute.kind.of(plain(given.GetFields()[name]))
			if err != nil {
				mistakes = append(mistakes, wrong(name, "%v", err))
			} else if value != nil && (!attribute.emptyIsNone || value != "") {
				read[name] = value
			}
		}
	}
	for _, attribute := range r.attributes {
		if attribute.required && plain(given.GetFields()[attribute.name]) == nil {
			mistakes = append(mistakes, wrong(attribute.name, "is required"))
		}
	}
	if r.check != nil {
		mistakes = append(mistakes, r.check(read)...)
	}
	return read, mistakes
}

func (r *resource) inputNames() []string {
	var names []string
	for _, attribute := range r.attributes {
		if !attribute.computed {
			names = append(names, attribute.name)
		}
	}
	return names
}

// state reads what was stored, by this provider or the official one. A value that is missing is its default, as in states of older versions.
func (r *resource) state(stored *structpb.Struct) values {
	given, read := values{}, values{}
	for _, attribute := range r.attributes {
		value, err := attribute.kind.of(plain(stored.GetFields()[attribute.name]))
		if err == nil && value != nil {
			given[attribute.name] = value
		} else {
			value = attribute.fallback
		}
		if value != nil {
			read[attribute.name] = value
		}
	}
	if r.settle != nil {
		r.settle(given, read)
	}
	return read
}

// plan gives the properties after the operation: inputs, defaults, and results from the state or, for a new resource (nil), unknown.
func (r *resource) plan(given, state values) values {
	planned := values{}
	for _, attribute := range r.attributes {
		value := given[attribute.name]
		switch {
		case value != nil:
		case attribute.computed && state == nil:
			value = unknown{}
		case attribute.computed:
			value = state[attribute.name]
		default:
			value = attribute.fallback
		}
		if value != nil {
			planned[attribute.name] = value
		}
	}
	if r.settle != nil {
		r.settle(given, planned)
	}
	return planned
}

// changes compares the state with the plan: the inputs that differ, and those of them that need a new random value.
func (r *resource) changes(state, planned values, ignored []string) (changed, replaces []string) {
	for _, attribute := range r.attributes {
		from, to := state[attribute.name], planned[attribute.name]
		if attribute.computed || slices.Contains(ignored, attribute.name) || reflect.DeepEqual(from, to) {
			continue
		}
		changed = append(changed, attribute.name)
		if attribute.inPlace == nil || !attribute.inPlace(from, to) {
			replaces = append(replaces, attribute.name)
		}
	}
	slices.Sort(changed)
	slices.Sort(replaces)
	return changed, replaces
}

// message encodes properties for the engine, with the resource's id among them unless it is empty.
func (r *resource) message(properties values, id any) *structpb.Struct {
	encoded := &structpb.Struct{Fields: map[string]*structpb.Value{}}
	for name, value := range properties {
		encoded.Fields[name] = message(value)
		attribute, _ := r.attribute(name)
		if _, isUnknown := value.(unknown); attribute.secret && !isUnknown {
			encoded.Fields[name] = secret(encoded.Fields[name])
		}
	}
	if !r.noIDProperty {
		encoded.Fields["id"] = message(id)
	}
	if _, planned := id.(unknown); r.stateVersion != "" && !planned {
		encoded.Fields["__meta"] = message(fmt.Sprintf(`{"schema_version":%q}`, r.stateVersion))
	}
	return encoded
}
