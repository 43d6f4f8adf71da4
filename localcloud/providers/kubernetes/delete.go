package kubernetes

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/emptypb"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Delete removes an object and waits until it is gone, its dependents and finalizers with it. What is gone already is a success.
// A patch resource gives up its fields and leaves the object.
func (p *Provider) Delete(ctx context.Context, req *pulumirpc.DeleteRequest) (*emptypb.Empty, error) {
	urn := resource.URN(req.GetUrn())
	state, err := decode(req.GetProperties())
	if err != nil {
		return nil, err
	}
	if p.cluster == nil {
		return p.deleteUnreachable(ctx, req)
	}
	inputs, live := parseCheckpoint(state)
	if live.GroupVersionKind().Empty() {
		live.SetGroupVersionKind(inputs.GroupVersionKind())
	}
	if live.GetName() == "" {
		namespace, name := parseID(req.GetId())
		live.SetName(name)
		if namespace != "" {
			live.SetNamespace(namespace)
		}
	}
	manager, err := fieldManager(state, inputs)
	if err != nil {
		return nil, err
	}
	progress := newProgress(ctx, &p.engine, req.GetUrn())
	if isPatch(urn, live.GetKind()) {
		change := &change{cluster: p.cluster, urn: urn, progress: progress}
		err = explainRequired(change.relinquish(p.ctx, live, manager))
	} else {
		err = p.remove(progress, inputs, live, waitTimeout(req.GetTimeout(), inputs))
	}
	progress.clear()
	if err == nil || apierrors.IsNotFound(err) || meta.IsNoMatchError(err) {
		if isCRD(live) {
			p.forgetKindsOf(live)
		}
		return &emptypb.Empty{}, nil
	}
	var stuck *notReady
	if !errors.As(err, &stuck) {
		return nil, err
	}
	last, encodeErr := encode(checkpoint(inputs, stuck.object, state, initialAPIVersionOf(state, inputs), manager))
	if encodeErr != nil {
		return nil, encodeErr
	}
	return nil, initFailed(id(stuck.object), stuck.Error(), stuck.reasons, last, nil)
}

// remove deletes an object and waits for its end.
func (p *Provider) remove(progress *progress, inputs, live *unstructured.Unstructured, timeout time.Duration) error {
	remaining, err := p.cluster.delete(p.ctx, live, propagation(inputs, live))
	if err != nil || remaining == nil {
		return err
	}
	if annotated(inputs, annotationSkipAwait) && skipsDeleteWait[live.GetKind()] {
		progress.say(severityInfo, "Skipping await logic")
		return nil
	}
	ctx, done := context.WithTimeout(p.ctx, timeout)
	defer done()
	last, err := p.cluster.watchUntil(ctx, remaining, progress, func(object *unstructured.Unstructured) verdict {
		if object == nil || object.GetUID() != remaining.GetUID() {
			return verdict{done: true}
		}
		return verdict{status: deletionStatus(object)}
	})
	if err == nil {
		return nil
	}
	if ctx.Err() == nil {
		return err
	}
	if finalizers := last.GetFinalizers(); len(finalizers) > 0 {
		p.engine.log(context.WithoutCancel(ctx), severityWarning, progress.urn,
			fmt.Sprintf("finalizers might be preventing deletion (%s)", strings.Join(finalizers, ", ")))
	}
	if p.ctx.Err() != nil {
		return cancelled(last, []string{deletionStatus(last)})
	}
	return conditionTimedOut(last, []string{deletionStatus(last)})
}

// skipsDeleteWait are the kinds whose skipAwait annotation holds for their deletion as well.
var skipsDeleteWait = set("Namespace", "Pod", "ReplicationController", "DaemonSet", "Deployment", "StatefulSet", "Job")

// deletionStatus says what an object that is being deleted waits for.
func deletionStatus(object *unstructured.Unstructured) string {
	for _, condition := range conditions(object) {
		if condition.status == "True" && strings.HasPrefix(condition.kind, "NamespaceDeletion") ||
			condition.status == "True" && strings.HasPrefix(condition.kind, "NamespaceContentRemaining") ||
			condition.status == "True" && strings.HasPrefix(condition.kind, "NamespaceFinalizersRemaining") {
			return condition.message
		}
	}
	if finalizers := object.GetFinalizers(); len(finalizers) > 0 {
		return "Waiting for finalizers: " + strings.Join(finalizers, ", ")
	}
	return "Resource scheduled for deletion"
}

// delete asks the server to delete an object. What it returns is the object while finalizers or dependents hold it, nil when it is gone.
func (c *cluster) delete(
	ctx context.Context, object *unstructured.Unstructured, policy metav1.DeletionPropagation,
) (*unstructured.Unstructured, error) {
	info, err := c.kinds.lookup(ctx, object.GroupVersionKind())
	if err != nil {
		return nil, err
	}
	body, err := json.Marshal(metav1.DeleteOptions{
		TypeMeta:          metav1.TypeMeta{Kind: "DeleteOptions", APIVersion: "v1"},
		PropagationPolicy: &policy,
	})
	if err != nil {
		return nil, err
	}
	request := c.raw.Delete().AbsPath(objectPath(info, object)...).SetHeader("Content-Type", "application/json").
		SetHeader("Accept", "application/json").Body(body)
	answer, err := request.Do(ctx).Raw()
	if err != nil {
		return nil, err
	}
	remaining := &unstructured.Unstructured{}
	if err := remaining.UnmarshalJSON(answer); err != nil {
		return nil, err
	}
	if remaining.GetKind() == "Status" && remaining.GetUID() == "" {
		return nil, nil
	}
	if remaining.GetDeletionTimestamp() == nil || len(remaining.GetFinalizers()) == 0 && object.GetKind() != "Pod" &&
		object.GetKind() != "Namespace" {
		return nil, nil // returned as it was when it went
	}
	return remaining, nil
}

// objectPath is the path of an object's URL.
func objectPath(info kindInfo, object *unstructured.Unstructured) []string {
	path := []string{"/apis", info.resource.Group, info.resource.Version}
	if info.resource.Group == "" {
		path = []string{"/api", info.resource.Version}
	}
	if info.namespaced {
		path = append(path, "namespaces", namespaceOrDefault(object.GetNamespace()))
	}
	return append(path, info.resource.Resource, object.GetName())
}

// explainRequired says why a patch resource cannot let go of a field that the object needs and nobody else owns.
func explainRequired(err error) error {
	if !apierrors.IsInvalid(err) || !strings.Contains(err.Error(), "Required value") {
		return err
	}
	if cause, found := apierrors.StatusCause(err, metav1.CauseTypeFieldValueRequired); found {
		return fmt.Errorf("this Patch resource is currently managing a required field, so it can't be deleted directly. Either set the "+
			"`retainOnDelete` resource option, or transfer ownership of the field before deleting: %s", cause.Field)
	}
	return err
}

// deleteUnreachable answers Delete without a cluster, as the options say.
func (p *Provider) deleteUnreachable(ctx context.Context, req *pulumirpc.DeleteRequest) (*emptypb.Empty, error) {
	p.engine.log(ctx, severityWarning, req.GetUrn(), "configured Kubernetes cluster is unreachable: "+p.unreachable)
	if p.settings.deleteUnreachable {
		p.engine.log(ctx, severityInfo, req.GetUrn(), "configured Kubernetes cluster is unreachable and the `deleteUnreachable` option "+
			"is enabled. Deleting the unreachable resource from Pulumi state")
		return &emptypb.Empty{}, nil
	}
	return nil, errors.New("configured Kubernetes cluster is unreachable. If the cluster was deleted, " +
		"you can remove this resource from Pulumi state by rerunning the operation with the " +
		"PULUMI_K8S_DELETE_UNREACHABLE environment variable set to \"true\"")
}
