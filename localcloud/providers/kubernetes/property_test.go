package kubernetes

import (
	"math/rand"
	"reflect"
	"testing"
	"testing/quick"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"google.golang.org/protobuf/proto"
)

// anyObject is a random API object's fields, three levels deep, over few keys, so that two of them overlap.
type anyObject map[string]any

func (anyObject) Generate(random *rand.Rand, _ int) reflect.Value {
	return reflect.ValueOf(anyObject(randomMap(random, 3)))
}

func randomMap(random *rand.Rand, depth int) map[string]any {
	fields := map[string]any{}
	for range random.Intn(4) {
		fields[[]string{"a", "b", "c.d", "e/f"}[random.Intn(4)]] = randomValue(random, depth-1)
	}
	return fields
}

func randomValue(random *rand.Rand, depth int) any {
	choice := random.Intn(7)
	if depth <= 0 {
		choice = random.Intn(4)
	}
	switch choice {
	case 0:
		return random.Intn(2) == 0
	case 1:
		return int64(random.Intn(3))
	case 2, 3:
		return []string{"", "x", "yes"}[random.Intn(3)]
	case 4:
		list := []any{}
		for range random.Intn(3) {
			list = append(list, randomValue(random, depth-1))
		}
		return list
	default:
		return randomMap(random, depth)
	}
}

func holds(t *testing.T, property any) {
	t.Helper()
	if err := quick.Check(property, &quick.Config{MaxCount: 2000, Rand: rand.New(rand.NewSource(1))}); err != nil {
		t.Error(err)
	}
}

func TestAnObjectDoesNotDifferFromItself(t *testing.T) {
	holds(t, func(o anyObject) bool { return len(compare(o, o, nil)) == 0 })
}

func TestWhateverDiffersIsFound(t *testing.T) {
	holds(t, func(a, b anyObject) bool {
		return (len(compare(a, b, nil)) == 0) == reflect.DeepEqual(a, b)
	})
}

func TestEveryDifferenceIsAPathOfTheEngine(t *testing.T) {
	holds(t, func(a, b anyObject) bool {
		for path := range compare(a, b, nil) {
			if _, err := resource.ParsePropertyPath(path); err != nil {
				return false
			}
		}
		return true
	})
}

func TestPruningToItselfChangesNothing(t *testing.T) {
	holds(t, func(o anyObject) bool { return reflect.DeepEqual(prune(o, o), map[string]any(o)) })
}

func TestPruningLeavesOnlyKeysOfTheShape(t *testing.T) {
	holds(t, func(source, shape anyObject) bool {
		for key := range prune(source, shape) {
			_, inShape := shape[key]
			_, inSource := source[key]
			if !inShape || !inSource {
				return false
			}
		}
		return true
	})
}

func TestPruningTwiceIsPruningOnce(t *testing.T) {
	holds(t, func(source, shape anyObject) bool {
		once := prune(source, shape)
		return reflect.DeepEqual(prune(once, shape), once)
	})
}

func TestPropertiesKeepWhatTheyAreMadeFrom(t *testing.T) {
	holds(t, func(o anyObject) bool {
		return len(compare(o, plainMap(toProperties(o)), nil)) == 0 && len(compare(o, plainMap(toSDKProperties(o)), nil)) == 0
	})
}

func TestWhatIsMarkedSecretComesBackPlain(t *testing.T) {
	holds(t, func(values, from anyObject) bool {
		marked, secrets := toProperties(values), toProperties(from)
		for key := range secrets {
			secrets[key] = resource.MakeSecret(secrets[key])
		}
		markSecrets(marked, secrets)
		for key := range secrets {
			if value, found := marked[key]; found && !value.IsSecret() {
				return false
			}
		}
		return len(compare(values, plainMap(marked), nil)) == 0
	})
}

func TestPropertiesAreReadAndWrittenAsTheSDKDoes(t *testing.T) {
	holds(t, func(o anyObject, random int64) bool {
		properties := sprinkle(toProperties(o), rand.New(rand.NewSource(random)))
		ours, err := encode(properties)
		if err != nil {
			return false
		}
		theirs, err := plugin.MarshalProperties(properties, marshalling)
		if err != nil || !proto.Equal(ours, theirs) {
			return false
		}
		read, err := decode(ours)
		if err != nil {
			return false
		}
		reference, err := plugin.UnmarshalProperties(ours, marshalling)
		return err == nil && read.DeepEquals(reference)
	})
}

// sprinkle makes some values secret or unknown.
func sprinkle(properties resource.PropertyMap, random *rand.Rand) resource.PropertyMap {
	for key, value := range properties {
		if value.IsObject() {
			value = resource.NewObjectProperty(sprinkle(value.ObjectValue(), random))
		}
		switch random.Intn(5) {
		case 0:
			value = resource.MakeSecret(value)
		case 1:
			value = resource.MakeComputed(resource.NewStringProperty(""))
		case 2:
			value = resource.NewNullProperty()
		}
		properties[key] = value
	}
	return properties
}
