package random

import (
	"maps"

	"golang.org/x/crypto/bcrypt"
)

// The character groups that a password or string is made of.
const (
	lowercase = "abcdefghijklmnopqrstuvwxyz"
	uppercase = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	digits    = "0123456789"
	specials  = "!@#$%&*()-_=+[]{}<>:?"
)

// bcryptLimit is the number of bytes that bcrypt looks at; a longer password's hash is that of its beginning.
const bcryptLimit = 72

func textAttributes() []attribute {
	yes, none := true, int64(0)
	return []attribute{
		keepers,
		{name: "length", kind: whole, required: true},
		{name: "lower", kind: flag, fallback: yes},
		{name: "minLower", kind: whole, fallback: none},
		{name: "minNumeric", kind: whole, fallback: none},
		{name: "minSpecial", kind: whole, fallback: none},
		{name: "minUpper", kind: whole, fallback: none},
		{name: "number", kind: flag, fallback: yes},
		{name: "numeric", kind: flag, fallback: yes},
		{name: "overrideSpecial", kind: text, inPlace: func(from, to any) bool {
			_, undecided := to.(unknown)
			return undecided || (from == "" && to == nil) // the empty string means the default, as does none
		}},
		{name: "special", kind: flag, fallback: yes},
		{name: "upper", kind: flag, fallback: yes},
	}
}

var passwordResource = &resource{
	attributes: append(textAttributes(),
		attribute{name: "bcryptHash", kind: text, computed: true, secret: true},
		attribute{name: "result", kind: text, computed: true, secret: true},
	),
	stateVersion: "3",
	check:        checkText,
	settle:       settleNumeric,
	create: func(planned values) (string, values, error) {
		result := drawText(planned)
		hash, err := bcryptHash(result)
		return "none", values{"result": result, "bcryptHash": hash}, err
	},
	adopt: func(named string) (string, values, error) {
		if named == "" {
			return "", nil, wrongImport("expected the password")
		}
		hash, err := bcryptHash(named)
		state := adoptText(named)
		state["bcryptHash"] = hash
		return "none", state, err
	},
}

var stringResource = &resource{
	attributes:   append(textAttributes(), attribute{name: "result", kind: text, computed: true}),
	stateVersion: "2",
	check:        checkText,
	settle:       settleNumeric,
	create: func(planned values) (string, values, error) {
		result := drawText(planned)
		return result, values{"result": result}, nil
	},
	adopt: func(named string) (string, values, error) {
		if named == "" {
			return "", nil, wrongImport("expected the string")
		}
		return named, adoptText(named), nil
	},
}

func bcryptHash(password string) (string, error) {
	hash, err := bcrypt.GenerateFromPassword([]byte(password)[:min(len(password), bcryptLimit)], bcrypt.DefaultCost)
	return string(hash), err
}

// checkText finds what no text can fulfil. What is unknown may still turn out right.
func checkText(given values) []mistake {
	mistakes := atLeast("length", 1)(given)
	least, decided := int64(0), true
	for _, name := range []string{"minLower", "minNumeric", "minSpecial", "minUpper"} {
		mistakes = append(mistakes, atLeast(name, 0)(given)...)
		count, known := given[name].(int64)
		decided = decided && (known || given[name] == nil)
		least += max(count, 0)
	}
	if length, known := given["length"].(int64); known && decided && length > 0 && length < least {
		mistakes = append(mistakes, wrong("length", "must be at least the sum of minLower, minNumeric, minSpecial and minUpper (%d), got %d", least, length))
	}
	if number, known := given["number"].(bool); known {
		if numeric, known := given["numeric"].(bool); known && number != numeric {
			mistakes = append(mistakes, wrong("number", "is the old name of numeric and must not differ from it: got %t and %t", number, numeric))
		}
	}
	planned := maps.Clone(given)
	settleNumeric(given, planned)
	if planned["lower"] == false && planned["upper"] == false && planned["special"] == false && planned["numeric"] == false {
		mistakes = append(mistakes, wrong("numeric", "at least one of lower, upper, numeric and special must be true"))
	}
	return mistakes
}

// settleNumeric makes number, the old name, and numeric the same: what either says, or else true.
func settleNumeric(given, planned values) {
	var chosen any = true
	for _, name := range []string{"number", "numeric"} {
		if given[name] != nil {
			chosen = given[name]
		}
	}
	planned["number"], planned["numeric"] = chosen, chosen
}

// drawText makes a text: first the least number of each group, also of a group that is otherwise left out, then the rest from all chosen groups,
// in an order that is uniformly random.
func drawText(planned values) string {
	special := specials
	if override, _ := planned["overrideSpecial"].(string); override != "" {
		special = override
	}
	groups := []struct {
		characters      string
		chosen, atLeast string
	}{
		{lowercase, "lower", "minLower"}, {digits, "numeric", "minNumeric"}, {special, "special", "minSpecial"}, {uppercase, "upper", "minUpper"},
	}
	var drawn, alphabet []rune
	draw := func(from []rune, count int64) {
		for range count {
			drawn = append(drawn, from[secure.IntN(len(from))])
		}
	}
	for _, group := range groups {
		draw([]rune(group.characters), planned[group.atLeast].(int64))
		if planned[group.chosen] == true {
			alphabet = append(alphabet, []rune(group.characters)...)
		}
	}
	draw(alphabet, planned["length"].(int64)-int64(len(drawn)))
	secure.Shuffle(len(drawn), func(i, j int) { drawn[i], drawn[j] = drawn[j], drawn[i] })
	return string(drawn)
}

// adoptText is the state of a text that exists already: every group allowed, none required. Its length is counted in bytes, as upstream.
func adoptText(content string) values {
	return values{
		"result": content, "length": int64(len(content)),
		"lower": true, "upper": true, "number": true, "numeric": true, "special": true,
		"minLower": int64(0), "minUpper": int64(0), "minNumeric": int64(0), "minSpecial": int64(0),
	}
}
