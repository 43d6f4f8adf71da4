package langhost

import (
	"context"

	"github.com/pulumi/pulumi/sdk/v3"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
)

// Host answers the engine's LanguageRuntime calls.
type Host struct {
	pulumirpc.UnsafeLanguageRuntimeServer

	// engine is the address of the engine's own gRPC server; programs send their log messages there.
	engine string
}

// NewHost returns a host for the engine at the given address.
func NewHost(engine string) *Host {
	return &Host{engine: engine}
}

// Handshake tells the host where the engine listens.
func (h *Host) Handshake(_ context.Context, request *pulumirpc.LanguageHandshakeRequest,
) (*pulumirpc.LanguageHandshakeResponse, error) {
	h.engine = request.GetEngineAddress()
	return &pulumirpc.LanguageHandshakeResponse{}, nil
}

// GetPluginInfo gives the version of the Pulumi SDK whose protocol the host speaks.
func (h *Host) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: sdk.Version.String()}, nil
}

// Cancel has nothing to do: the engine interrupts the process as well, and that ends the children.
func (h *Host) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}

// Template has nothing to adapt in a new project that uses pip.
func (h *Host) Template(context.Context, *pulumirpc.TemplateRequest) (*pulumirpc.TemplateResponse, error) {
	return &pulumirpc.TemplateResponse{}, nil
}

// GenerateProgram is for `pulumi convert`, which needs the official host.
func (h *Host) GenerateProgram(context.Context, *pulumirpc.GenerateProgramRequest,
) (*pulumirpc.GenerateProgramResponse, error) {
	return nil, unsupported("generating Python programs")
}

// GenerateProject is for `pulumi convert`, which needs the official host.
func (h *Host) GenerateProject(context.Context, *pulumirpc.GenerateProjectRequest,
) (*pulumirpc.GenerateProjectResponse, error) {
	return nil, unsupported("generating Python projects")
}

// GeneratePackage is for `pulumi package gen-sdk` and `add`, which need the official host.
func (h *Host) GeneratePackage(context.Context, *pulumirpc.GeneratePackageRequest,
) (*pulumirpc.GeneratePackageResponse, error) {
	return nil, unsupported("generating Python SDKs")
}

// Pack is for `pulumi package pack-sdk`, which needs the official host.
func (h *Host) Pack(context.Context, *pulumirpc.PackRequest) (*pulumirpc.PackResponse, error) {
	return nil, unsupported("packing Python SDKs")
}

// Link is for `pulumi package add`, which needs the official host.
func (h *Host) Link(context.Context, *pulumirpc.LinkRequest) (*pulumirpc.LinkResponse, error) {
	return nil, unsupported("linking local Python packages")
}

func unsupported(what string) error {
	return status.Errorf(codes.Unimplemented,
		"%s is not supported by tenantplane's language host; install the official pulumi-language-python for that", what)
}
