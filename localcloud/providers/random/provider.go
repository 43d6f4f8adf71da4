// Package random is Pulumi's `random` provider: its resources, with the inputs, defaults, validation, results and replacement decisions of
// pulumi_random 4.21.4, drawn from the operating system's cryptographic generator. States are interchangeable with the official provider's.
package random

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/structpb"
)

// Version is that of the SDK whose resources this provider serves.
const Version = "4.21.4"

// Provider answers the engine's ResourceProvider calls. What it does not answer it refuses as unimplemented.
type Provider struct {
	pulumirpc.UnimplementedResourceProviderServer
}

// GetPluginInfo gives the version that the SDK asks for.
func (Provider) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: Version}, nil
}

// CheckConfig takes the configuration: the provider has none but what the engine itself gives it.
func (Provider) CheckConfig(_ context.Context, request *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	response := &pulumirpc.CheckResponse{Inputs: request.GetNews()}
	for _, name := range slices.Sorted(maps.Keys(request.GetNews().GetFields())) {
		if name != "version" && name != "pluginDownloadURL" && name != "pluginChecksums" && !strings.HasPrefix(name, "__") {
			response.Failures = append(response.Failures, &pulumirpc.CheckFailure{Property: name, Reason: "the random provider takes no configuration"})
		}
	}
	return response, nil
}

// DiffConfig finds no change that touches resources.
func (Provider) DiffConfig(context.Context, *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	return &pulumirpc.DiffResponse{Changes: pulumirpc.DiffResponse_DIFF_NONE}, nil
}

// Configure says what the provider can do. It takes no secrets: the engine itself marks as secret what comes from a secret input.
func (Provider) Configure(context.Context, *pulumirpc.ConfigureRequest) (*pulumirpc.ConfigureResponse, error) {
	return &pulumirpc.ConfigureResponse{SupportsPreview: true}, nil
}

// Cancel has nothing to stop: no operation waits for anything.
func (Provider) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}

// Check validates the inputs and gives every mistake.
func (Provider) Check(_ context.Context, request *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	kind, err := resourceOf(request.GetUrn())
	if err != nil {
		return nil, err
	}
	response := &pulumirpc.CheckResponse{Inputs: request.GetNews()}
	_, mistakes := kind.inputs(request.GetNews())
	for _, mistake := range mistakes {
		response.Failures = append(response.Failures, &pulumirpc.CheckFailure{Property: mistake.property, Reason: mistake.reason})
	}
	return response, nil
}

// Diff says which inputs changed and whether the change needs a new random value.
func (Provider) Diff(_ context.Context, request *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	kind, err := resourceOf(request.GetUrn())
	if err != nil {
		return nil, err
	}
	given, err := kind.checked(request.GetNews())
	if err != nil {
		return nil, err
	}
	state := kind.state(request.GetOlds())
	changed, replaces := kind.changes(state, kind.plan(given, state), request.GetIgnoreChanges())
	response := &pulumirpc.DiffResponse{Changes: pulumirpc.DiffResponse_DIFF_NONE, Diffs: changed, Replaces: replaces}
	if len(changed) > 0 {
		response.Changes = pulumirpc.DiffResponse_DIFF_SOME
	}
	return response, nil
}

// Create draws the value; at preview it gives the properties with the results unknown.
func (Provider) Create(_ context.Context, request *pulumirpc.CreateRequest) (*pulumirpc.CreateResponse, error) {
	kind, err := resourceOf(request.GetUrn())
	if err != nil {
		return nil, err
	}
	given, err := kind.checked(request.GetProperties())
	if err != nil {
		return nil, err
	}
	planned := kind.plan(given, nil)
	if request.GetPreview() {
		return &pulumirpc.CreateResponse{Properties: kind.message(planned, unknown{})}, nil
	}
	if undecided := firstUnknown(given); undecided != "" {
		return nil, status.Errorf(codes.InvalidArgument, "%s has no value yet", undecided)
	}
	id, results, err := kind.create(planned)
	if err != nil {
		return nil, status.Errorf(codes.Internal, "no random value: %v", err)
	}
	maps.Copy(planned, results)
	return &pulumirpc.CreateResponse{Id: id, Properties: kind.message(planned, id)}, nil
}

// Read gives a resource as it is stored: nothing outside the state can change it. Without a state it imports what the id describes.
func (Provider) Read(_ context.Context, request *pulumirpc.ReadRequest) (*pulumirpc.ReadResponse, error) {
	kind, err := resourceOf(request.GetUrn())
	if err != nil {
		return nil, err
	}
	if stored := request.GetProperties(); len(stored.GetFields()) > 0 {
		return &pulumirpc.ReadResponse{Id: request.GetId(), Properties: kind.sealed(stored), Inputs: request.GetInputs()}, nil
	}
	if kind.adopt == nil {
		return nil, wrongImport("this type cannot be imported: nothing tells the inputs that it was made from")
	}
	id, state, err := kind.adopt(request.GetId())
	if err != nil {
		return nil, err
	}
	return &pulumirpc.ReadResponse{Id: id, Properties: kind.message(state, id), Inputs: kind.adoptedInputs(state)}, nil
}

// Update keeps the value and stores inputs whose change needs no new one.
func (Provider) Update(_ context.Context, request *pulumirpc.UpdateRequest) (*pulumirpc.UpdateResponse, error) {
	kind, err := resourceOf(request.GetUrn())
	if err != nil {
		return nil, err
	}
	given, err := kind.checked(request.GetNews())
	if err != nil {
		return nil, err
	}
	planned := kind.plan(given, kind.state(request.GetOlds()))
	updated := kind.message(planned, request.GetId())
	if request.GetPreview() {
		delete(updated.GetFields(), "__meta")
	}
	return &pulumirpc.UpdateResponse{Properties: updated}, nil
}

// Delete forgets the value; there is nothing else to do.
func (Provider) Delete(context.Context, *pulumirpc.DeleteRequest) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}

// resourceOf finds the type in a URN, urn:pulumi:<stack>::<project>::<parent type$type>::<name>.
func resourceOf(urn string) (*resource, error) {
	token := urn
	if parts := strings.SplitN(urn, "::", 4); len(parts) == 4 {
		token = parts[2][strings.LastIndex(parts[2], "$")+1:]
	}
	for name, kind := range resources {
		if token == tokenOf(name) {
			return kind, nil
		}
	}
	return nil, status.Errorf(codes.InvalidArgument, "the random provider has no resource type %s; it has Random%s",
		token, strings.Join(slices.Sorted(maps.Keys(resources)), ", Random"))
}

func tokenOf(name string) string {
	return fmt.Sprintf("random:index/random%s:Random%s", name, name)
}

// checked reads inputs that have passed Check already; an operation on others would be wrong.
func (r *resource) checked(given *structpb.Struct) (values, error) {
	read, mistakes := r.inputs(given)
	if len(mistakes) > 0 {
		return nil, status.Errorf(codes.InvalidArgument, "%s: %s", mistakes[0].property, mistakes[0].reason)
	}
	return read, nil
}

// sealed marks the secret ones among stored properties: they come without the mark, and go with it.
func (r *resource) sealed(stored *structpb.Struct) *structpb.Struct {
	sealed := &structpb.Struct{Fields: maps.Clone(stored.GetFields())}
	for _, attribute := range r.attributes {
		if value, present := sealed.GetFields()[attribute.name]; present && attribute.secret {
			sealed.Fields[attribute.name] = secret(message(plain(value)))
		}
	}
	return sealed
}

// adoptedInputs are the inputs of an imported resource: what describes it and is not a mere absence.
func (r *resource) adoptedInputs(state values) *structpb.Struct {
	inputs := &structpb.Struct{Fields: map[string]*structpb.Value{}}
	for name, value := range state {
		if attribute, _ := r.attribute(name); !attribute.computed && (attribute.fallback == nil || attribute.kind == flag) {
			inputs.Fields[name] = message(value)
		}
	}
	return inputs
}

func firstUnknown(given values) string {
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if containsUnknown(given[name]) {
			return name
		}
	}
	return ""
}

func containsUnknown(value any) bool {
	switch value := value.(type) {
	case unknown:
		return true
	case []any:
		return slices.ContainsFunc(value, containsUnknown)
	case map[string]any:
		return slices.ContainsFunc(slices.Collect(maps.Values(value)), containsUnknown)
	default:
		return false
	}
}

func wrongImport(format string, arguments ...any) error {
	return status.Errorf(codes.InvalidArgument, format, arguments...)
}
