package random

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/quick"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/structpb"
)

func urn(name string) string {
	return "urn:pulumi:dev::project::some:component:Type$" + tokenOf(name) + "::one"
}

func properties(t *testing.T, given map[string]any) *structpb.Struct {
	t.Helper()
	encoded, err := structpb.NewStruct(given)
	if err != nil {
		t.Fatal(err)
	}
	return encoded
}

func create(t *testing.T, name string, given map[string]any) (string, map[string]any) {
	t.Helper()
	response, err := Provider{}.Create(context.Background(), &pulumirpc.CreateRequest{Urn: urn(name), Properties: properties(t, given)})
	if err != nil {
		t.Fatal(err)
	}
	state, _ := plain(structpb.NewStructValue(response.GetProperties())).(map[string]any)
	return response.GetId(), state
}

func TestEveryMistakeIsNamedOnce(t *testing.T) {
	for _, one := range []struct {
		kind  string
		given map[string]any
		want  []string
	}{
		{"Password", map[string]any{}, []string{"length: is required"}},
		{"Password", map[string]any{"length": 0}, []string{"length: must be at least 1, got 0"}},
		{"Password", map[string]any{"length": 2.5}, []string{"length: expected an integer between -2^53 and 2^53, got 2.5"}},
		{"Password", map[string]any{"length": 3, "minLower": 2, "minUpper": 2},
			[]string{"length: must be at least the sum of minLower, minNumeric, minSpecial and minUpper (4), got 3"}},
		{"Password", map[string]any{"length": 8, "minLower": -1}, []string{"minLower: must be at least 0, got -1"}},
		{"Password", map[string]any{"length": 8, "lower": false, "upper": false, "numeric": false, "special": false},
			[]string{"numeric: at least one of lower, upper, numeric and special must be true"}},
		{"Password", map[string]any{"length": 8, "number": true, "numeric": false},
			[]string{"number: is the old name of numeric and must not differ from it: got true and false"}},
		{"String", map[string]any{"length": "x", "special": "yes", "result": "a", "keepers": 1}, []string{
			`keepers: expected a map of strings, got 1`, `length: expected an integer between -2^53 and 2^53, got "x"`,
			"result: is a result and cannot be set", `special: expected a boolean, got "yes"`}},
		{"Id", map[string]any{"byteLength": 0, "colour": "red"},
			[]string{"colour: unknown property; allowed: keepers, byteLength, prefix", "byteLength: must be at least 1, got 0"}},
		{"Integer", map[string]any{"min": 5, "max": 4}, []string{"max: must be at least min (5), got 4"}},
		{"Pet", map[string]any{"length": 0}, []string{"length: must be at least 1, got 0"}},
		{"Shuffle", map[string]any{"inputs": []any{"a", []any{}}, "resultCount": -1},
			[]string{"inputs: item 1: expected a string, got a list", "resultCount: must be at least 0, got -1"}},
		{"Bytes", map[string]any{"length": 0}, []string{"length: must be at least 1, got 0"}},
		// What is not known yet may turn out right.
		{"Password", map[string]any{"length": unknownMark, "minLower": 9}, nil},
		{"Password", map[string]any{"length": 2, "minLower": unknownMark, "minUpper": 3}, nil},
		{"Password", map[string]any{"length": 8, "lower": false, "upper": false, "numeric": unknownMark, "special": false}, nil},
		{"Integer", map[string]any{"min": 5, "max": unknownMark}, nil},
	} {
		response, err := Provider{}.Check(context.Background(), &pulumirpc.CheckRequest{Urn: urn(one.kind), News: properties(t, one.given)})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, failure := range response.GetFailures() {
			got = append(got, failure.GetProperty()+": "+failure.GetReason())
		}
		if !slices.Equal(got, one.want) {
			t.Errorf("Random%s %v:\n got %q\nwant %q", one.kind, one.given, got, one.want)
		}
	}
}

func TestAnUnknownTypeIsRefused(t *testing.T) {
	_, err := Provider{}.Create(context.Background(), &pulumirpc.CreateRequest{Urn: urn("Fruit")})
	if err == nil || !strings.Contains(err.Error(), "no resource type random:index/randomFruit:RandomFruit; it has RandomBytes, RandomId,") {
		t.Error(err)
	}
}

func TestASeedGivesWhatTheOfficialProviderGives(t *testing.T) {
	// Drawn once from pulumi-resource-random 4.21.4.
	if id, _ := create(t, "Integer", map[string]any{"min": 1, "max": 100, "seed": "s"}); id != "73" {
		t.Errorf("integer: got %s, want 73", id)
	}
	_, state := create(t, "Shuffle", map[string]any{"inputs": []any{"a", "b", "c", "d"}, "seed": "x", "resultCount": 6})
	if got := state["results"].([]any); !slices.Equal(got, []any{"b", "c", "d", "a", "c", "b"}) {
		t.Errorf("shuffle: got %v", got)
	}
}

func TestIntegersStayInTheirBoundsAndReachThem(t *testing.T) {
	seen := map[string]int{}
	for range 600 {
		id, _ := create(t, "Integer", map[string]any{"min": -1, "max": 1})
		seen[id]++
	}
	if len(seen) != 3 || seen["-1"] == 0 || seen["0"] == 0 || seen["1"] == 0 {
		t.Errorf("drawn: %v", seen)
	}
}

func TestTheFormsOfAnIdAgree(t *testing.T) {
	property := func(length uint8) bool {
		id, state := create(t, "Id", map[string]any{"byteLength": 1 + int(length)%64, "prefix": "p-"})
		content, err := base64.RawURLEncoding.DecodeString(id)
		return err == nil && len(content) == 1+int(length)%64 &&
			state["hex"] == "p-"+hex.EncodeToString(content) &&
			state["b64Std"] == "p-"+base64.StdEncoding.EncodeToString(content) &&
			state["dec"] == "p-"+new(big.Int).SetBytes(content).String() &&
			state["b64Url"] == "p-"+id
	}
	if err := quick.Check(property, nil); err != nil {
		t.Error(err)
	}
}

func TestAShuffleRepeatsNothingBeforeAllHaveCome(t *testing.T) {
	property := func(length, count uint8) bool {
		inputs := make([]any, 1+length%9)
		for at := range inputs {
			inputs[at] = string(rune('a' + at))
		}
		_, state := create(t, "Shuffle", map[string]any{"inputs": inputs, "resultCount": int(count)})
		results := state["results"].([]any)
		if len(results) != int(count) {
			return false
		}
		for batch := range slices.Chunk(results, len(inputs)) {
			seen := map[any]bool{}
			for _, item := range batch {
				if seen[item] || !slices.Contains(inputs, item) {
					return false
				}
				seen[item] = true
			}
		}
		return true
	}
	if err := quick.Check(property, nil); err != nil {
		t.Error(err)
	}
}

func TestNamesAndUUIDsLookAsTheyShould(t *testing.T) {
	for _, one := range []struct {
		kind    string
		given   map[string]any
		pattern string
	}{
		{"Pet", map[string]any{}, `^[a-z]+-[a-z]+$`},
		{"Pet", map[string]any{"length": 1, "prefix": "the", "separator": "_"}, `^the_[a-z]+$`},
		{"Pet", map[string]any{"length": 5, "separator": ""}, `^[a-z]{15,}$`},
		{"Uuid", map[string]any{}, `^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`},
		{"Uuid4", map[string]any{}, `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`},
		{"Uuid7", map[string]any{}, `^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`},
	} {
		first, _ := create(t, one.kind, one.given)
		second, _ := create(t, one.kind, one.given)
		if !regexp.MustCompile(one.pattern).MatchString(first) || (first == second && one.kind != "Pet") {
			t.Errorf("Random%s %v: %s, %s", one.kind, one.given, first, second)
		}
	}
}

func TestChangesReplaceExceptWhereTheyMeanNothing(t *testing.T) {
	for _, one := range []struct {
		kind              string
		from, to          map[string]any
		changed, replaces string
	}{
		{"Password", map[string]any{"length": 9}, map[string]any{"length": 9, "special": true, "minLower": 0}, "", ""},
		{"Password", map[string]any{"length": 9}, map[string]any{"length": 10}, "length", "length"},
		{"Password", map[string]any{"length": 9}, map[string]any{"length": unknownMark}, "length", "length"},
		{"Password", map[string]any{"length": 9}, map[string]any{"length": 9, "numeric": false}, "number,numeric", "number,numeric"},
		{"Password", map[string]any{"length": 9, "overrideSpecial": ""}, map[string]any{"length": 9}, "overrideSpecial", ""},
		{"Password", map[string]any{"length": 9, "overrideSpecial": "_"}, map[string]any{"length": 9}, "overrideSpecial", "overrideSpecial"},
		{"Password", map[string]any{"length": 9}, map[string]any{"length": 9, "keepers": map[string]any{}}, "keepers", ""},
		{"Password", map[string]any{"length": 9, "keepers": map[string]any{"a": "1"}},
			map[string]any{"length": 9, "keepers": map[string]any{"a": 1, "b": nil}}, "keepers", ""},
		{"Uuid", map[string]any{"keepers": map[string]any{"a": "1"}}, map[string]any{"keepers": map[string]any{"a": "2"}}, "keepers", "keepers"},
		{"Uuid", map[string]any{"keepers": map[string]any{"a": "1"}}, map[string]any{}, "keepers", "keepers"},
		{"Bytes", map[string]any{"length": 9}, map[string]any{"length": 9, "keepers": map[string]any{}}, "keepers", "keepers"},
		{"Pet", map[string]any{"prefix": ""}, map[string]any{"prefix": "", "separator": "-"}, "", ""},
		{"Integer", map[string]any{"min": 1, "max": 2, "seed": "a"}, map[string]any{"min": 1, "max": 2}, "seed", "seed"},
		{"Shuffle", map[string]any{"inputs": []any{"a", "b"}}, map[string]any{"inputs": []any{"b", "a"}}, "inputs", "inputs"},
	} {
		created, err := Provider{}.Create(context.Background(), &pulumirpc.CreateRequest{Urn: urn(one.kind), Properties: properties(t, one.from)})
		if err != nil {
			t.Fatal(err)
		}
		diff, err := Provider{}.Diff(context.Background(), &pulumirpc.DiffRequest{
			Urn: urn(one.kind), Id: created.GetId(), Olds: created.GetProperties(), News: properties(t, one.to),
		})
		if err != nil {
			t.Fatal(err)
		}
		if changed, replaces := strings.Join(diff.GetDiffs(), ","), strings.Join(diff.GetReplaces(), ","); changed != one.changed || replaces != one.replaces {
			t.Errorf("Random%s %v -> %v: changed %q, replaces %q; want %q, %q", one.kind, one.from, one.to, changed, replaces, one.changed, one.replaces)
		}
	}
}

func TestAnImportIsAStateWithoutADifference(t *testing.T) {
	for kind, ids := range map[string][]string{
		"Password": {"hunter2!"}, "String": {"abc"}, "Id": {"3pfjCQ", "p-,3pfjCQ"}, "Integer": {"5,1,9", "5,1,9,seed", "-2,-3,-1"},
		"Uuid": {"72d0da15-7de8-8287-f12f-d63175adb733"}, "Bytes": {"/UZu4+Y="},
	} {
		for _, id := range ids {
			read, err := Provider{}.Read(context.Background(), &pulumirpc.ReadRequest{Urn: urn(kind), Id: id})
			if err != nil {
				t.Fatal(err)
			}
			diff, err := Provider{}.Diff(context.Background(), &pulumirpc.DiffRequest{
				Urn: urn(kind), Id: read.GetId(), Olds: read.GetProperties(), News: read.GetInputs(),
			})
			if err != nil || diff.GetChanges() != pulumirpc.DiffResponse_DIFF_NONE {
				t.Errorf("Random%s %s: %v %v", kind, id, diff, err)
			}
		}
	}
	for kind, id := range map[string]string{"Password": "", "Id": "!!", "Integer": "5,x,9", "Uuid": "zz", "Bytes": "?", "Pet": "a-b", "Shuffle": "-"} {
		if _, err := (Provider{}).Read(context.Background(), &pulumirpc.ReadRequest{Urn: urn(kind), Id: id}); err == nil {
			t.Errorf("Random%s was imported from %q", kind, id)
		}
	}
}

func TestResultsOfPasswordsAndBytesAreSecret(t *testing.T) {
	for kind, names := range map[string][]string{"Password": {"result", "bcryptHash"}, "Bytes": {"base64", "hex"}} {
		created, err := Provider{}.Create(context.Background(), &pulumirpc.CreateRequest{Urn: urn(kind), Properties: properties(t, map[string]any{"length": 9})})
		if err != nil {
			t.Fatal(err)
		}
		// The engine strips the mark before it asks for a refresh, and expects it back.
		stripped := &structpb.Struct{Fields: map[string]*structpb.Value{}}
		for name, value := range created.GetProperties().GetFields() {
			stripped.Fields[name] = message(plain(value))
		}
		read, err := Provider{}.Read(context.Background(), &pulumirpc.ReadRequest{Urn: urn(kind), Id: created.GetId(), Properties: stripped})
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			for _, state := range []*structpb.Struct{created.GetProperties(), read.GetProperties()} {
				if state.GetFields()[name].GetStructValue().GetFields()[specialKey].GetStringValue() != secretMark {
					t.Errorf("Random%s: %s is no secret", kind, name)
				}
			}
		}
	}
}
