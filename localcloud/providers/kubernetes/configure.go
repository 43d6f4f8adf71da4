package kubernetes

import (
	"context"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// Configure connects to the cluster. A kubeconfig that cannot be used, or a server that does not answer, makes the cluster unreachable
// rather than the call fail: previews still work, and the other calls say why they cannot. A server off this machine is an error.
func (p *Provider) Configure(_ context.Context, req *pulumirpc.ConfigureRequest) (*pulumirpc.ConfigureResponse, error) {
	vars := req.GetVariables() //nolint:staticcheck // what the engine sends to providers without a config schema
	options, err := readSettings(vars)
	if err != nil {
		return nil, err
	}
	config, namespace, problem := clientConfig(vars, options.namespace)
	options.namespace = namespace
	p.settings = options
	p.unreachable = problem
	if problem == "" {
		if err := refuseRemote(config); err != nil {
			return nil, err
		}
		reached, err := connect(p.ctx, config)
		if err != nil {
			p.unreachable = "unable to load schema information from the API server: " + err.Error()
		} else {
			p.cluster = reached
		}
	}
	return &pulumirpc.ConfigureResponse{
		AcceptSecrets:                   true,
		SupportsPreview:                 true,
		SupportsAutonamingConfiguration: true,
	}, nil
}
