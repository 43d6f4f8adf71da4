package kubernetes

import (
	"fmt"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// podReady: scheduled, initialized and ready, or finished with success.
func podReady(object *unstructured.Unstructured) verdict {
	name := displayName(object)
	if scheduled := conditionOf(object, "PodScheduled"); scheduled.status != "True" {
		found := verdict{status: fmt.Sprintf("Waiting for Pod %q to be scheduled", name)}
		if scheduled.reason != "" && scheduled.message != "" {
			found.reasons = []string{scheduled.message}
			found.status = scheduled.message
		}
		return found
	}
	for _, step := range []struct{ condition, word string }{{"Initialized", "initialized"}, {"Ready", "ready"}} {
		state := conditionOf(object, step.condition)
		if state.status == "True" || step.condition == "Ready" && text(object, "status", "phase") == "Succeeded" {
			continue
		}
		found := verdict{status: fmt.Sprintf("Waiting for Pod %q to be %s", name, step.word)}
		problems := containerProblems(object)
		if state.status != "" && (state.message != "" || problems != "") {
			message := fmt.Sprintf("[Pod %s]: ", name)
			if state.reason != "" {
				message += state.message
			}
			found.reasons = []string{message + problems}
		}
		return found
	}
	return verdict{done: true}
}

// containerProblems says why containers that are not ready wait, ended, or ended last time.
func containerProblems(pod *unstructured.Unstructured) string {
	statuses, _, _ := unstructured.NestedSlice(pod.Object, "status", "containerStatuses")
	var problems []string
	for _, entry := range statuses {
		status, ok := entry.(map[string]any)
		if ready, _ := status["ready"].(bool); !ok || ready {
			continue
		}
		container := &unstructured.Unstructured{Object: status}
		name := text(container, "name")
		if reason := text(container, "state", "waiting", "reason"); reason != "" && reason != "ContainerCreating" {
			problems = append(problems, fmt.Sprintf("[%s] %s", reason, text(container, "state", "waiting", "message")))
		}
		if reason := text(container, "state", "terminated", "reason"); reason != "" {
			if message := text(container, "state", "terminated", "message"); message != "" {
				problems = append(problems, fmt.Sprintf("[%s] %s", reason, message))
			} else {
				problems = append(problems, fmt.Sprintf("container %q completed with exit code %d", name,
					count(container, 0, "state", "terminated", "exitCode")))
			}
		}
		if finished := text(container, "lastState", "terminated", "finishedAt"); finished != "" {
			problems = append(problems, fmt.Sprintf("container %q terminated at %s (%s: exit code %d)", name, finished,
				text(container, "lastState", "terminated", "reason"), count(container, 0, "lastState", "terminated", "exitCode")))
			if message := text(container, "lastState", "terminated", "message"); message != "" {
				problems = append(problems, message)
			}
		}
	}
	return strings.Join(problems, "\n")
}

// podReasons are the problems of the pods that a workload selects, each once; asked for only when its wait has failed.
func podReasons(w *waiting, workload *unstructured.Unstructured) []string {
	labels, found, _ := unstructured.NestedMap(workload.Object, "spec", "selector")
	var selector metav1.LabelSelector
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(labels, &selector); err != nil || !found {
		return nil
	}
	client, err := w.cluster.objects(w.ctx, schema.GroupVersionKind{Version: "v1", Kind: "Pod"}, workload.GetNamespace())
	if err != nil {
		return nil
	}
	pods, err := client.List(w.ctx, metav1.ListOptions{LabelSelector: metav1.FormatLabelSelector(&selector), Limit: 50})
	if err != nil {
		return nil
	}
	var reasons []string
	seen := map[string]bool{}
	for i := range pods.Items {
		for _, reason := range podReady(&pods.Items[i]).reasons {
			if !seen[reason] {
				seen[reason] = true
				reasons = append(reasons, reason)
			}
		}
	}
	return reasons
}
