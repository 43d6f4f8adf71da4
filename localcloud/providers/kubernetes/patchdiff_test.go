package kubernetes

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// object reads JSON as the API machinery does: whole numbers as int64.
func object(t *testing.T, text string) map[string]any {
	t.Helper()
	var fields map[string]any
	if err := json.Unmarshal([]byte(text), &fields); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return whole(fields).(map[string]any)
}

func whole(value any) any {
	switch value := value.(type) {
	case map[string]any:
		for key, item := range value {
			value[key] = whole(item)
		}
	case []any:
		for i, item := range value {
			value[i] = whole(item)
		}
	case float64:
		if value == float64(int64(value)) {
			return int64(value)
		}
	}
	return value
}

func kinds(found map[string]*pulumirpc.PropertyDiff) map[string]string {
	result := map[string]string{}
	for path, difference := range found {
		result[path] = difference.GetKind().String()
	}
	return result
}

func TestCompare(t *testing.T) {
	cases := []struct {
		name, old, news string
		immutable       string
		want            map[string]string
	}{
		{"nothing", `{"a":1,"b":[{"c":"x"}]}`, `{"a":1,"b":[{"c":"x"}]}`, "", map[string]string{}},
		{"added", `{"a":1}`, `{"a":1,"b":{"c":1}}`, "", map[string]string{"b": "ADD"}},
		{"removed", `{"a":1,"b":{"c":1}}`, `{"a":1}`, "", map[string]string{"b": "DELETE"}},
		{"changed inside", `{"a":{"b":1,"c":2}}`, `{"a":{"b":3,"c":2}}`, "", map[string]string{"a.b": "UPDATE"}},
		{"item changed", `{"a":[1,2,3]}`, `{"a":[1,5,3]}`, "", map[string]string{"a[1]": "UPDATE"}},
		{"item added", `{"a":[1]}`, `{"a":[1,2]}`, "", map[string]string{"a[1]": "ADD"}},
		{"item removed", `{"a":[1,2]}`, `{"a":[1]}`, "", map[string]string{"a[1]": "DELETE"}},
		{"field of an item removed", `{"a":[{"b":1,"c":1}]}`, `{"a":[{"b":1}]}`, "", map[string]string{"a[0].c": "DELETE"}},
		{"another type", `{"a":{"b":1}}`, `{"a":"b"}`, "", map[string]string{"a": "UPDATE"}},
		{"a key with dots", `{"m":{"l":{}}}`, `{"m":{"l":{"tenantplane.dev/tier":"x"}}}`, "",
			map[string]string{`m.l["tenantplane.dev/tier"]`: "ADD"}},
		{"a null that is not live", `{"a":1}`, `{"a":1,"b":null}`, "", map[string]string{}},
		{"a null that is live", `{"a":1,"b":2}`, `{"a":1,"b":null}`, "", map[string]string{"b": "DELETE"}},
		{"immutable itself", `{"spec":{"clusterIP":"a"}}`, `{"spec":{"clusterIP":"b"}}`, ".spec.clusterIP",
			map[string]string{"spec.clusterIP": "UPDATE_REPLACE"}},
		{"inside immutable", `{"spec":{"selector":{"matchLabels":{"a":"1"}}}}`, `{"spec":{"selector":{"matchLabels":{"a":"2"}}}}`,
			".spec.selector", map[string]string{"spec.selector.matchLabels.a": "UPDATE_REPLACE"}},
		{"immutable in a list", `{"spec":{"containers":[{"image":"a"}]}}`, `{"spec":{"containers":[{"image":"b"}]}}`,
			".spec.containers[*].image", map[string]string{"spec.containers[0].image": "UPDATE_REPLACE"}},
		{"immutable within what is added", `{"spec":{}}`, `{"spec":{"containers":[{"image":"b"}]}}`,
			".spec.containers[*].image", map[string]string{"spec.containers": "ADD_REPLACE"}},
		{"beside immutable", `{"spec":{"a":1,"b":1}}`, `{"spec":{"a":1,"b":2}}`, ".spec.a", map[string]string{"spec.b": "UPDATE"}},
		{"immutable removed", `{"roleRef":{"name":"a"},"x":1}`, `{"x":1}`, ".roleRef", map[string]string{"roleRef": "DELETE_REPLACE"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := kinds(compare(object(t, c.old), object(t, c.news), patterns(c.immutable)))
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestUnknownsDiffer(t *testing.T) {
	unknown := resource.Computed{Element: resource.NewStringProperty("")}
	old := map[string]any{"a": "x"}
	got := kinds(compare(old, map[string]any{"a": unknown, "b": unknown}, nil))
	if want := map[string]string{"a": "UPDATE", "b": "ADD"}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestPathsAreThoseOfTheEngine(t *testing.T) {
	for _, path := range [][]any{
		{"metadata", "labels", "app.kubernetes.io/name"}, {"data", "a[0]"}, {"data", `with "quotes".`}, {"spec", "containers", 2, "image"}, {"a"},
	} {
		parsed, err := resource.ParsePropertyPath(pathText(path))
		if err != nil {
			t.Fatalf("%s: %v", pathText(path), err)
		}
		if fmt.Sprint([]any(parsed)) != fmt.Sprint(path) {
			t.Errorf("%v is spelled %s, which the engine reads as %v", path, pathText(path), parsed)
		}
	}
}
