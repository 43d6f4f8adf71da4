package kubernetes

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/util/jsonpath"
)

// genericReady judges any object by the conventions that controllers follow: it is observed, neither being deleted nor reconciling nor
// stalled, and its Ready condition, where it has one, is true.
func genericReady(object *unstructured.Unstructured) verdict {
	switch {
	case object.GetDeletionTimestamp() != nil:
		return verdict{status: "Resource scheduled for deletion"}
	case hasStatusField(object, "observedGeneration") && !observed(object):
		return verdict{status: fmt.Sprintf("%s generation is %d, but latest observed generation is %d", object.GetKind(),
			object.GetGeneration(), count(object, 0, "status", "observedGeneration"))}
	case object.GetKind() == "DaemonSet" && strings.HasPrefix(object.GetAPIVersion(), "apps/"):
		return daemonSetReady(object)
	}
	for _, kind := range []string{"Reconciling", "Stalled"} {
		if found := conditionOf(object, kind); found.status == "True" {
			return verdict{status: found.message, reasons: []string{fmt.Sprintf("[%s] %s", found.reason, found.message)}}
		}
	}
	if ready := conditionOf(object, "Ready"); ready.status != "" && ready.status != "True" {
		return verdict{status: ready.message, reasons: []string{fmt.Sprintf("[%s] %s", ready.reason, ready.message)}}
	}
	return verdict{done: true}
}

func hasStatusField(object *unstructured.Unstructured, field string) bool {
	_, found, _ := unstructured.NestedFieldNoCopy(object.Object, "status", field)
	return found
}

// daemonSetReady: every node that should run a pod runs one that is current, available and ready.
func daemonSetReady(object *unstructured.Unstructured) verdict {
	if !hasStatusField(object, "observedGeneration") || !hasStatusField(object, "desiredNumberScheduled") {
		return verdict{status: "Missing .status.desiredNumberScheduled"}
	}
	wanted := count(object, 0, "status", "desiredNumberScheduled")
	for _, step := range []struct{ word, field string }{
		{"Current", "currentNumberScheduled"}, {"Updated", "updatedNumberScheduled"}, {"Available", "numberAvailable"}, {"Ready", "numberReady"},
	} {
		if have := count(object, 0, "status", step.field); have < wanted {
			return verdict{status: fmt.Sprintf("%s: %d/%d", step.word, have, wanted)}
		}
	}
	return verdict{done: true}
}

// waitForAnnotation reads pulumi.com/waitFor: one expression, or a JSON list of expressions that must all hold, each
// "condition=Type[=Status]" or "jsonpath={.path}[=value]". nil without the annotation.
func waitForAnnotation(object *unstructured.Unstructured) (judge, error) {
	value := object.GetAnnotations()[annotationWaitFor]
	if value == "" {
		return nil, nil
	}
	var expressions []string
	if err := json.Unmarshal([]byte(value), &expressions); err != nil {
		expressions = []string{value}
	}
	if len(expressions) == 0 {
		return nil, errors.New("at least one condition must be specified")
	}
	var all []judge
	for _, expression := range expressions {
		one, err := parseWaitFor(expression)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return func(object *unstructured.Unstructured) verdict {
		for _, one := range all {
			if found := one(object); !found.done {
				return found
			}
		}
		return verdict{done: true}
	}, nil
}

func parseWaitFor(expression string) (judge, error) {
	if path, found := strings.CutPrefix(expression, "jsonpath="); found {
		return parseWaitForPath(path)
	}
	if wanted, found := strings.CutPrefix(expression, "condition="); found {
		kind, status, given := strings.Cut(wanted, "=")
		if !given {
			status = "True"
		}
		return func(object *unstructured.Unstructured) verdict { return conditionHolds(object, kind, status) }, nil
	}
	return nil, fmt.Errorf(`expected a "jsonpath=" or "condition=" prefix, got %q`, expression)
}

func conditionHolds(object *unstructured.Unstructured, kind, status string) verdict {
	waiting := verdict{status: fmt.Sprintf("Waiting for condition %s=%s", kind, status)}
	if hasStatusField(object, "observedGeneration") && !observed(object) {
		return waiting
	}
	for _, found := range conditions(object) {
		if strings.EqualFold(found.kind, kind) {
			waiting.done = strings.EqualFold(found.status, status)
			waiting.status = fmt.Sprintf("Resource has condition %s=%s (want %s)", kind, found.status, status)
			waiting.reasons = []string{waiting.status}
			return waiting
		}
	}
	waiting.reasons = []string{waiting.status}
	return waiting
}

// parseWaitForPath parses {.path} or {.path}=value. The value is compared as text; without one it is enough that the path exists.
func parseWaitForPath(text string) (judge, error) {
	if !strings.HasPrefix(text, "{") {
		return nil, fmt.Errorf("%s should be wrapped in brackets { ... }", text)
	}
	end := strings.LastIndex(text, "}")
	if end < 0 {
		return nil, fmt.Errorf("%s should be wrapped in brackets { ... }", text)
	}
	path, rest := text[:end+1], text[end+1:]
	want, valued := strings.CutPrefix(rest, "=")
	if rest != "" && (!valued || want == "") {
		return nil, fmt.Errorf("format should be {.path}=value or {.path}, got %q", text)
	}
	parsed := jsonpath.New("waitFor").AllowMissingKeys(true)
	if err := parsed.Parse(path); err != nil {
		return nil, fmt.Errorf("parsing %q: %w", path, err)
	}
	return func(object *unstructured.Unstructured) verdict {
		waiting := verdict{status: "Waiting for " + text, reasons: []string{"Waiting for " + text}}
		if hasStatusField(object, "observedGeneration") && !observed(object) {
			return waiting
		}
		// A parsed path keeps state while it runs: one per look.
		query := jsonpath.New("waitFor").AllowMissingKeys(true)
		if err := query.Parse(path); err != nil {
			return verdict{failed: true, reasons: []string{err.Error()}}
		}
		results, err := query.FindResults(object.Object)
		if err != nil || len(results) == 0 || len(results[0]) == 0 || !results[0][0].CanInterface() {
			return waiting
		}
		value := results[0][0].Interface()
		if want == "" {
			return verdict{done: true}
		}
		switch value.(type) {
		case map[string]any, []any:
			return verdict{failed: true, reasons: []string{fmt.Sprintf("%q has a non-primitive value (%v)", path, value)}}
		}
		waiting.done = fmt.Sprint(value) == want
		waiting.status = fmt.Sprintf("Waiting for %s (found %q)", text, fmt.Sprint(value))
		return waiting
	}, nil
}
