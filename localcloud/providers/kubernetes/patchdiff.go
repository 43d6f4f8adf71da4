package kubernetes

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// absent stands for a value that is not there, as against one that is null.
type absent struct{}

// comparison finds what changes between the live object, cut down to the old inputs, and the new inputs, as property paths of the
// engine's detailed diff. It follows a JSON merge patch from one to the other: objects are entered, lists compared item by item.
type comparison struct {
	immutable []pattern
	found     map[string]*pulumirpc.PropertyDiff
}

// compare returns the differing properties by path; immutable ones are marked for replacement.
func compare(old, news map[string]any, immutable []pattern) map[string]*pulumirpc.PropertyDiff {
	c := &comparison{immutable: immutable, found: map[string]*pulumirpc.PropertyDiff{}}
	c.objects(nil, old, news)
	return c.found
}

func (c *comparison) objects(path []any, old, news map[string]any) {
	for key, value := range news {
		before, found := old[key]
		if !found {
			before = absent{}
		}
		c.values(append(path[:len(path):len(path)], key), before, value)
	}
	for key, before := range old {
		if _, kept := news[key]; !kept {
			c.values(append(path[:len(path):len(path)], key), before, absent{})
		}
	}
}

func (c *comparison) values(path []any, old, news any) {
	switch value := news.(type) {
	case absent:
		c.record(path, nil, pulumirpc.PropertyDiff_DELETE)
		return
	case resource.Computed:
		kind := pulumirpc.PropertyDiff_UPDATE
		if isAbsent(old) {
			kind = pulumirpc.PropertyDiff_ADD
		}
		c.record(path, nil, kind)
		return
	case nil:
		// A null input asks for the field's removal; on the server it is not there already when it is not live.
		if old != nil && !isAbsent(old) {
			c.record(path, nil, pulumirpc.PropertyDiff_DELETE)
		}
		return
	case map[string]any:
		if before, same := old.(map[string]any); same {
			c.objects(path, before, value)
			return
		}
	case []any:
		if before, same := old.([]any); same {
			c.lists(path, before, value)
			return
		}
	}
	switch {
	case isAbsent(old):
		c.record(path, news, pulumirpc.PropertyDiff_ADD)
	case !equal(old, news):
		c.record(path, news, pulumirpc.PropertyDiff_UPDATE)
	}
}

func (c *comparison) lists(path []any, old, news []any) {
	for i := 0; i < len(old) || i < len(news); i++ {
		at := append(path[:len(path):len(path)], i)
		switch {
		case i >= len(old):
			c.values(at, absent{}, news[i])
		case i >= len(news):
			c.record(at, nil, pulumirpc.PropertyDiff_DELETE)
		default:
			c.values(at, old[i], news[i])
		}
	}
}

// replacing is what a kind of difference becomes on an immutable property.
var replacing = map[pulumirpc.PropertyDiff_Kind]pulumirpc.PropertyDiff_Kind{
	pulumirpc.PropertyDiff_ADD:    pulumirpc.PropertyDiff_ADD_REPLACE,
	pulumirpc.PropertyDiff_DELETE: pulumirpc.PropertyDiff_DELETE_REPLACE,
	pulumirpc.PropertyDiff_UPDATE: pulumirpc.PropertyDiff_UPDATE_REPLACE,
}

func (c *comparison) record(path []any, value any, kind pulumirpc.PropertyDiff_Kind) {
	difference := &pulumirpc.PropertyDiff{Kind: kind, InputDiff: kind == pulumirpc.PropertyDiff_DELETE}
	for _, immutable := range c.immutable {
		if immutable.matches(path, value) {
			difference.Kind = replacing[kind]
			break
		}
	}
	c.found[pathText(path)] = difference
}

// pathText spells a path as the engine parses it: keys with special characters in brackets and quotes.
func pathText(path []any) string {
	var text strings.Builder
	for _, step := range path {
		switch step := step.(type) {
		case int:
			fmt.Fprintf(&text, "[%d]", step)
		case string:
			switch {
			case strings.ContainsAny(step, `."[]`):
				fmt.Fprintf(&text, `["%s"]`, strings.ReplaceAll(step, `"`, `\"`))
			case text.Len() > 0:
				text.WriteString("." + step)
			default:
				text.WriteString(step)
			}
		}
	}
	return text.String()
}

func isAbsent(value any) bool {
	_, yes := value.(absent)
	return yes
}

// equal compares scalars; whole numbers are the same as integers and as floats.
func equal(a, b any) bool {
	x, isNumber := number(a)
	y, alsoNumber := number(b)
	if isNumber && alsoNumber {
		return x == y
	}
	return reflect.DeepEqual(a, b)
}

func number(value any) (float64, bool) {
	switch value := value.(type) {
	case int64:
		return float64(value), true
	case float64:
		return value, true
	}
	return 0, false
}
