package random

import (
	"math/rand/v2"
	"strings"
	"testing"
	"testing/quick"

	"golang.org/x/crypto/bcrypt"
)

// textInputs draws inputs that checkText accepts.
func textInputs(draw *rand.Rand) values {
	given := values{
		"minLower": draw.Int64N(5), "minUpper": draw.Int64N(5), "minNumeric": draw.Int64N(5), "minSpecial": draw.Int64N(5),
		"lower": draw.IntN(2) == 0, "upper": draw.IntN(2) == 0, "numeric": draw.IntN(2) == 0, "special": true,
	}
	if draw.IntN(2) == 0 {
		given["overrideSpecial"] = "_.é"
	}
	least := int64(1)
	for _, name := range []string{"minLower", "minUpper", "minNumeric", "minSpecial"} {
		least += given[name].(int64)
	}
	given["length"] = least + draw.Int64N(40)
	return given
}

func count(content, characters string) (found int64) {
	for _, character := range content {
		if strings.ContainsRune(characters, character) {
			found++
		}
	}
	return found
}

func TestATextHasItsLengthItsLeastCountsAndNothingElse(t *testing.T) {
	property := func(seed uint64) bool {
		given := textInputs(rand.New(rand.NewPCG(seed, 1)))
		if mistakes := checkText(given); len(mistakes) > 0 {
			t.Fatalf("the test's own inputs are wrong: %v: %v", given, mistakes)
		}
		special := specials
		if override, ok := given["overrideSpecial"].(string); ok {
			special = override
		}
		drawn := drawText(stringResource.plan(given, nil))
		left := int64(len([]rune(drawn)))
		ok := left == given["length"].(int64)
		for _, group := range []struct{ characters, chosen, least string }{
			{lowercase, "lower", "minLower"}, {uppercase, "upper", "minUpper"}, {digits, "numeric", "minNumeric"}, {special, "special", "minSpecial"},
		} {
			found := count(drawn, group.characters)
			left -= found
			// A group that is left out appears only as often as its least count asks for.
			ok = ok && found >= given[group.least].(int64) && (given[group.chosen] == true || found == given[group.least].(int64))
		}
		return ok && left == 0
	}
	if err := quick.Check(property, &quick.Config{MaxCount: 500}); err != nil {
		t.Error(err)
	}
}

func TestCharactersAndPlacesAreUniform(t *testing.T) {
	// 20,000 draws over 26 letters: 769 of each expected, standard deviation 27; 200 away is over seven of them.
	inputs := stringResource.plan(values{"length": int64(20), "upper": false, "numeric": false, "special": false}, nil)
	seen := map[rune]int{}
	for range 1000 {
		for _, character := range drawText(inputs) {
			seen[character]++
		}
	}
	for _, letter := range lowercase {
		if seen[letter] < 569 || seen[letter] > 969 {
			t.Errorf("%c drawn %d times of 20,000, expected about 769", letter, seen[letter])
		}
	}

	// The one required digit must be as likely at each of 10 places: 4,000 texts, 400 expected, standard deviation 19.
	inputs = stringResource.plan(values{"length": int64(10), "upper": false, "numeric": false, "special": false, "minNumeric": int64(1)}, nil)
	inputs["numeric"], inputs["number"] = false, false
	places := make([]int, 10)
	for range 4000 {
		places[strings.IndexAny(drawText(inputs), digits)]++
	}
	for place, times := range places {
		if times < 260 || times > 540 {
			t.Errorf("the digit came %d times of 4,000 to place %d, expected about 400", times, place)
		}
	}
}

func TestTheHashIsOfThePasswordOrItsFirst72Bytes(t *testing.T) {
	for _, length := range []int{1, 72, 73, 200} {
		password := drawText(passwordResource.plan(values{"length": int64(length)}, nil))
		hash, err := bcryptHash(password)
		if err != nil {
			t.Fatal(err)
		}
		if err := bcrypt.CompareHashAndPassword([]byte(hash), []byte(password[:min(length, 72)])); err != nil {
			t.Errorf("length %d: %v", length, err)
		}
		if err := bcrypt.CompareHashAndPassword([]byte(hash), []byte("x"+password[:min(length, 71)])); err == nil {
			t.Errorf("length %d: another password fits the hash", length)
		}
	}
}
