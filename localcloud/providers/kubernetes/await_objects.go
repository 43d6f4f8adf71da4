package kubernetes

import (
	"fmt"
	"reflect"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// condition is one of an object's status.conditions.
type condition struct{ kind, status, reason, message string }

func conditions(object *unstructured.Unstructured) []condition {
	entries, _, _ := unstructured.NestedSlice(object.Object, "status", "conditions")
	found := make([]condition, 0, len(entries))
	for _, entry := range entries {
		fields, _ := entry.(map[string]any)
		text := func(key string) string { value, _ := fields[key].(string); return value }
		found = append(found, condition{text("type"), text("status"), text("reason"), text("message")})
	}
	return found
}

func conditionOf(object *unstructured.Unstructured, kind string) condition {
	for _, found := range conditions(object) {
		if found.kind == kind {
			return found
		}
	}
	return condition{kind: kind}
}

// count is a number in an object, or the fallback when it is not there.
func count(object *unstructured.Unstructured, fallback int64, path ...string) int64 {
	value, found, err := unstructured.NestedFieldNoCopy(object.Object, path...)
	if !found || err != nil {
		return fallback
	}
	switch value := value.(type) {
	case int64:
		return value
	case float64:
		return int64(value)
	}
	return fallback
}

func text(object *unstructured.Unstructured, path ...string) string {
	value, _, _ := unstructured.NestedString(object.Object, path...)
	return value
}

// observed tells whether the controller has seen the object as it is.
func observed(object *unstructured.Unstructured) bool {
	return count(object, 0, "status", "observedGeneration") >= object.GetGeneration()
}

// deploymentReady: the controller has seen it, it is available, and the replica set of the current revision is complete. The controller
// says the last by the Progressing condition's reason, whose replicas are those of the new revision alone.
func deploymentReady(object, _ *unstructured.Unstructured) verdict {
	replicas := count(object, 1, "spec", "replicas")
	updated, ready := count(object, 0, "status", "updatedReplicas"), count(object, 0, "status", "readyReplicas")
	available, progressing := conditionOf(object, "Available"), conditionOf(object, "Progressing")
	revision := object.GetAnnotations()["deployment.kubernetes.io/revision"]
	rolledOut := progressing.status == "True" && progressing.reason == "NewReplicaSetAvailable"
	// Progressing is not reported without a deadline; then the numbers alone must do, as for the first revision.
	if progressing.status == "" || revision == "1" {
		rolledOut = true
	}
	if observed(object) && revision != "" && available.status == "True" && rolledOut && updated >= replicas && ready >= replicas {
		return verdict{done: true}
	}
	found := verdict{status: fmt.Sprintf("Waiting for app ReplicaSet to be available (%d/%d Pods available)", min(updated, ready), replicas)}
	for _, problem := range []condition{progressing, available, conditionOf(object, "ReplicaFailure")} {
		bad := problem.status == "False" || problem.kind == "ReplicaFailure" && problem.status == "True"
		if bad && problem.reason != "" && problem.message != "" {
			found.reasons = append(found.reasons, fmt.Sprintf("[%s] %s", problem.reason, problem.message))
			if problem.kind != "Available" { // "does not have minimum availability" is how every deployment starts
				found.status, found.severity = found.reasons[len(found.reasons)-1], severityWarning
			}
		}
	}
	switch {
	case available.status != "True":
		found.reasons = append(found.reasons, "Minimum number of live Pods was not attained")
	case revision == "1" || !rolledOut:
		found.reasons = append(found.reasons, "Minimum number of Pods to consider the application live was not attained")
	default:
		found.reasons = append(found.reasons, "Attempted to roll forward to new ReplicaSet, but minimum number of Pods did not become live")
	}
	return found
}

// statefulSetReady: all replicas are ready and at the update revision; with OnDelete, after the first generation, just ready.
func statefulSetReady(object *unstructured.Unstructured) verdict {
	replicas := count(object, 1, "spec", "replicas")
	total, ready := count(object, 0, "status", "replicas"), count(object, 0, "status", "readyReplicas")
	current, updated := count(object, 0, "status", "currentReplicas"), count(object, 0, "status", "updatedReplicas")
	from, to := text(object, "status", "currentRevision"), text(object, "status", "updateRevision")
	revisionReady := from != "" && from == to
	replicasReady := total == replicas && ready == replicas && current == replicas
	if object.GetGeneration() > 1 && text(object, "spec", "updateStrategy", "type") == "OnDelete" {
		revisionReady, replicasReady = true, total == replicas && ready == replicas
	}
	if !observed(object) {
		revisionReady, replicasReady = false, false
	}
	if revisionReady && replicasReady {
		return verdict{done: true}
	}
	shown := ready
	if !revisionReady {
		shown = min(ready, updated)
	}
	var found verdict
	switch {
	case object.GetGeneration() <= 1:
		found.status = fmt.Sprintf("[1/2] Waiting for StatefulSet to create Pods (%d/%d Pods ready)", shown, replicas)
	case !replicasReady:
		found.status = fmt.Sprintf("[1/3] Waiting for StatefulSet update to roll out (%d/%d Pods ready)", shown, replicas)
	default:
		found.status = "[2/3] Waiting for StatefulSet to update .status.currentRevision"
	}
	if !replicasReady {
		found.reasons = append(found.reasons, fmt.Sprintf("%d out of %d replicas succeeded readiness checks", shown, replicas))
	}
	if !revisionReady {
		found.reasons = append(found.reasons,
			fmt.Sprintf("StatefulSet controller failed to advance from revision %q to revision %q", from, to))
	}
	return found
}

// jobReady: it has started and is complete. A job that used up its retries or its time fails the wait at once.
func jobReady(object *unstructured.Unstructured) verdict {
	name := displayName(object)
	if failed := conditionOf(object, "Failed"); failed.status == "True" &&
		(failed.reason == "BackoffLimitExceeded" || failed.reason == "DeadlineExceeded") {
		return verdict{failed: true, reasons: []string{fmt.Sprintf("[%s] %s", failed.reason, failed.message)}}
	}
	if text(object, "status", "startTime") == "" {
		return verdict{status: fmt.Sprintf("Waiting for Job %q to start", name)}
	}
	if conditionOf(object, "Complete").status == "True" {
		return verdict{done: true}
	}
	return verdict{status: fmt.Sprintf("Waiting for Job %q to succeed (Active: %d | Succeeded: %d | Failed: %d)", name,
		count(object, 0, "status", "active"), count(object, 0, "status", "succeeded"), count(object, 0, "status", "failed"))}
}

func volumeReady(object *unstructured.Unstructured) verdict {
	phase := text(object, "status", "phase")
	return verdict{done: phase == "Available" || phase == "Bound", status: "Waiting for the volume to be available"}
}

func replicationControllerReady(object *unstructured.Unstructured) verdict {
	wanted, available := count(object, 1, "spec", "replicas"), count(object, 0, "status", "availableReplicas")
	return verdict{done: observed(object) && wanted == available,
		status: fmt.Sprintf("Waiting for replicas to be available (%d/%d)", available, wanted)}
}

// quotaReady: the quota controller has taken the limits over into the status, so that they are enforced and counted.
func quotaReady(object *unstructured.Unstructured) verdict {
	wanted, _, _ := unstructured.NestedMap(object.Object, "spec", "hard")
	enforced, found, _ := unstructured.NestedMap(object.Object, "status", "hard")
	return verdict{done: len(wanted) == 0 || found && reflect.DeepEqual(wanted, enforced),
		status: "Waiting for the quota to be enforced"}
}

// secretReady: a service account's token is filled in by a controller; every other Secret is ready once it exists.
func secretReady(object *unstructured.Unstructured) verdict {
	data, _, _ := unstructured.NestedMap(object.Object, "data")
	return verdict{done: text(object, "type") != "kubernetes.io/service-account-token" || len(data) > 0,
		status: "Waiting for the service account's token"}
}

func crdReady(object *unstructured.Unstructured) verdict {
	if names := conditionOf(object, "NamesAccepted"); names.status == "False" {
		return verdict{failed: true, reasons: []string{fmt.Sprintf("[%s] %s", names.reason, names.message)}}
	}
	return verdict{done: conditionOf(object, "Established").status == "True",
		status: "Waiting for the CustomResourceDefinition to be established"}
}

// displayName is namespace/name, without the default namespace.
func displayName(object *unstructured.Unstructured) string {
	if namespace := object.GetNamespace(); namespace != "" && namespace != "default" {
		return namespace + "/" + object.GetName()
	}
	return object.GetName()
}
