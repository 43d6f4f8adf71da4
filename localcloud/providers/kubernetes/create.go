package kubernetes

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Create makes an object and waits until it is ready. At preview it asks the API server to try it without keeping it, so that the
// server's own refusals show before anything changes.
func (p *Provider) Create(ctx context.Context, req *pulumirpc.CreateRequest) (*pulumirpc.CreateResponse, error) {
	urn := resource.URN(req.GetUrn())
	if err := refusedType(urn); err != nil {
		return nil, err
	}
	if p.cluster == nil && !req.GetPreview() {
		return nil, fmt.Errorf("configured Kubernetes cluster is unreachable: %s", p.unreachable)
	}
	properties, err := decode(req.GetProperties())
	if err != nil {
		return nil, fmt.Errorf("create failed because malformed resource inputs: %w", err)
	}
	inputs := toObject(properties)
	if req.GetPreview() && (p.cluster == nil || hasUnknown(inputs.Object) || isPatch(urn, inputs.GetKind()) ||
		!p.cluster.kinds.has(p.ctx, inputs.GroupVersionKind())) {
		return &pulumirpc.CreateResponse{Properties: req.GetProperties()}, nil
	}
	manager, err := fieldManager(nil, inputs)
	if err != nil {
		return nil, err
	}
	secrets := newRedactor(properties)
	change := &change{cluster: p.cluster, urn: urn, manager: manager, force: p.settings.patchForce, dryRun: req.GetPreview(),
		progress: newProgress(ctx, &p.engine, req.GetUrn())}
	live, err := p.create(change, inputs)
	if err != nil && req.GetPreview() {
		return p.previewFailed(ctx, req, err, secrets)
	}
	if meta.IsNoMatchError(err) {
		gvk := inputs.GroupVersionKind()
		return nil, fmt.Errorf("creation of resource %q with kind %s failed because the Kubernetes API server "+
			"reported that the apiVersion for this resource does not exist. "+
			"Verify that any required CRDs have been created: %w", urn, gvk.GroupVersion().String()+"/"+gvk.Kind, err)
	}
	if err != nil {
		return nil, createFailed(urn, err, secrets)
	}
	var waitErr error
	if req.GetPreview() {
		delete(live.Object, "status") // empty in a dry run, where programs would read it as known
	} else {
		if isCRD(inputs) {
			p.forgetKindsOf(inputs)
		}
		live, waitErr = p.awaitReady(change, inputs, live, nil, waitTimeout(req.GetTimeout(), inputs))
		change.progress.clear()
	}
	state, err := encode(checkpoint(inputs, live, properties, inputs.GetAPIVersion(), manager))
	if err != nil {
		return nil, err
	}
	if waitErr != nil {
		return nil, initFailed(id(live), secrets.text(fmt.Sprintf("resource %q was successfully created, but the Kubernetes API server "+
			"reported that it failed to fully initialize or become live: %v", urn, waitErr)), secrets.texts(reasonsOf(waitErr)), state, nil)
	}
	response := &pulumirpc.CreateResponse{Properties: state}
	if !req.GetPreview() {
		response.Id = id(live)
	}
	return response, nil
}

// Objects of one program may reach the server before the namespace or CRD they need: creation is tried again after these pauses.
var createPauses = []time.Duration{1, 2, 4, 8, 16} // seconds

// create sends the object, and again while what it needs is missing or its place is not free yet; at preview once.
func (p *Provider) create(c *change, inputs *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	for attempt := 0; ; attempt++ {
		live, err := p.createOnce(c, inputs)
		passing := apierrors.IsNotFound(err) || meta.IsNoMatchError(err) || beingDeleted(err)
		if !passing || c.dryRun || attempt == len(createPauses) {
			return live, err
		}
		if message := versionWarning(inputs.GroupVersionKind(), p.cluster.version, true); message != "" {
			return nil, errors.New(message) // the server will never have it
		}
		c.progress.say(severityInfo, fmt.Sprintf("Retry #%d; creation failed: %v", attempt, err))
		select {
		case <-time.After(createPauses[attempt] * time.Second):
		case <-p.ctx.Done():
			return nil, p.ctx.Err()
		}
	}
}

// beingDeleted tells that an object of the same name is still on its way out: its deletion was not waited for (skipAwait).
func beingDeleted(err error) bool {
	return apierrors.IsAlreadyExists(err) && strings.Contains(err.Error(), "object is being deleted")
}

func (p *Provider) createOnce(c *change, inputs *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	if p.settings.upsert || isPatch(c.urn, inputs.GetKind()) {
		return c.applyNew(p.ctx, inputs)
	}
	return c.post(p.ctx, inputs)
}

// previewFailed decides what a refused dry run means: what may be otherwise once the rest of the program has run is no failure of the
// preview, the rest is.
func (p *Provider) previewFailed(
	ctx context.Context, req *pulumirpc.CreateRequest, err error, secrets redactor,
) (*pulumirpc.CreateResponse, error) {
	asGiven := &pulumirpc.CreateResponse{Properties: req.GetProperties()}
	switch {
	case namespaceMissing(err), apierrors.IsAlreadyExists(err), noDryRun(err), meta.IsNoMatchError(err):
		return asGiven, nil
	case apierrors.IsForbidden(err):
		// Quota, pod security or rights may change in the same update, so that the official provider passes over these. We do as well,
		// but say it.
		p.engine.log(ctx, severityWarning, req.GetUrn(), secrets.text("the API server would refuse this now: "+err.Error()))
		return asGiven, nil
	}
	return nil, createFailed(resource.URN(req.GetUrn()), err, secrets)
}

func createFailed(urn resource.URN, err error, secrets redactor) error {
	message := err.Error()
	if apierrors.IsAlreadyExists(err) {
		message += "\n\nThe object is in the cluster already. Ways on:\n\n" +
			"  - the resource was renamed in the program: give it an alias, or deleteBeforeReplace if it is to be replaced;\n" +
			"  - the object is someone else's and only some fields of it are yours: use its Patch resource (such as NamespacePatch);\n" +
			"  - the object is to be managed by Pulumi from now on: `pulumi import` it;\n" +
			"  - creating is meant to update what is there: set upsertExistingObjects on the provider."
	}
	return errors.New(secrets.text(fmt.Sprintf("resource %q was not successfully created by the Kubernetes API server: %s", urn, message)))
}

// forgetKindsOf drops what is known of the kinds in a CRD's group.
func (p *Provider) forgetKindsOf(crd *unstructured.Unstructured) {
	if group, found, _ := unstructured.NestedString(crd.Object, "spec", "group"); found {
		p.cluster.kinds.forget(group)
	}
}

func reasonsOf(err error) []string {
	var unready *notReady
	if errors.As(err, &unready) {
		return unready.reasons
	}
	return nil
}
