package kubernetes

import (
	"context"
	"fmt"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
)

// officialHint ends every refusal of what only the official plugin does.
const officialHint = "install the official plugin for it: pulumi plugin install resource kubernetes " + Version

// Provider serves pulumirpc.ResourceProvider. One instance serves one configured provider resource; its calls run side by side.
type Provider struct {
	pulumirpc.UnimplementedResourceProviderServer

	engine engine
	// ctx ends when the engine cancels the operation: every request to the API server and every wait hangs on it.
	ctx    context.Context
	cancel context.CancelFunc

	// Set once by Configure, before any call that needs them.
	settings    settings
	cluster     *cluster // nil while unreachable
	unreachable string   // why the cluster is, "" when it is not
	crds        crdScopes
}

// New returns a provider that is not configured yet.
func New() *Provider {
	ctx, cancel := context.WithCancel(context.Background())
	return &Provider{ctx: ctx, cancel: cancel}
}

// Attach connects to the engine of a provider that was started by hand (PULUMI_DEBUG_PROVIDERS).
func (p *Provider) Attach(_ context.Context, req *pulumirpc.PluginAttach) (*emptypb.Empty, error) {
	if err := p.engine.connect(req.GetAddress()); err != nil {
		return nil, err
	}
	return &emptypb.Empty{}, nil
}

// Handshake tells the engine what this provider understands.
func (p *Provider) Handshake(
	_ context.Context, req *pulumirpc.ProviderHandshakeRequest,
) (*pulumirpc.ProviderHandshakeResponse, error) {
	if address := req.GetEngineAddress(); address != "" {
		if err := p.engine.connect(address); err != nil {
			return nil, err
		}
	}
	return &pulumirpc.ProviderHandshakeResponse{AcceptSecrets: true, SupportsAutonamingConfiguration: true}, nil
}

// GetPluginInfo gives the version.
func (p *Provider) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: Version}, nil
}

// GetSchema describes the provider resource. Resource types are those of the official package, whose schema the SDK carries; they
// are not repeated here (8 MB), so that `pulumi package gen-sdk` needs the official plugin.
func (p *Provider) GetSchema(_ context.Context, req *pulumirpc.GetSchemaRequest) (*pulumirpc.GetSchemaResponse, error) {
	if req.GetVersion() != 0 {
		return nil, status.Errorf(codes.InvalidArgument, "schema format %d is unknown, 0 is", req.GetVersion())
	}
	if req.GetSubpackageName() != "" {
		return nil, status.Errorf(codes.Unimplemented, "no sub-package %q; %s", req.GetSubpackageName(), officialHint)
	}
	return &pulumirpc.GetSchemaResponse{Schema: packageSchema}, nil
}

// GetMapping and GetMappings: this provider converts nothing from Terraform, which an empty answer says.
func (p *Provider) GetMapping(context.Context, *pulumirpc.GetMappingRequest) (*pulumirpc.GetMappingResponse, error) {
	return &pulumirpc.GetMappingResponse{}, nil
}

// GetMappings lists no source providers.
func (p *Provider) GetMappings(context.Context, *pulumirpc.GetMappingsRequest) (*pulumirpc.GetMappingsResponse, error) {
	return &pulumirpc.GetMappingsResponse{}, nil
}

// Parameterize is refused: SDKs made from CRDs need the official plugin.
func (p *Provider) Parameterize(
	context.Context, *pulumirpc.ParameterizeRequest,
) (*pulumirpc.ParameterizeResponse, error) {
	return nil, status.Error(codes.Unimplemented, "localcloud's kubernetes provider cannot be parameterized; "+officialHint)
}

// Construct refuses component resources (Helm charts, Kustomize directories, YAML groups): it would have to guess their children.
func (p *Provider) Construct(_ context.Context, req *pulumirpc.ConstructRequest) (*pulumirpc.ConstructResponse, error) {
	return nil, notHere(req.GetType())
}

// Call refuses method calls; no resource of this package has any.
func (p *Provider) Call(_ context.Context, req *pulumirpc.CallRequest) (*pulumirpc.CallResponse, error) {
	return nil, notHere(req.GetTok())
}

// Cancel ends every request and wait; operations under way return what they know.
func (p *Provider) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	p.cancel()
	return &emptypb.Empty{}, nil
}

func notHere(token string) error {
	return status.Error(codes.Unimplemented, fmt.Sprintf("localcloud's kubernetes provider does not do %s; %s", token, officialHint))
}
