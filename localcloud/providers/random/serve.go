package random

import (
	"io"
	"os"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"

	"tenantplane.dev/localcloud/providers/serve"
)

// Main serves the provider until the engine goes away or a signal arrives.
func Main(args []string, stdin *os.File, stdout io.Writer) error {
	return serve.Plugin{
		Name:    "pulumi-resource-random",
		Version: Version,
		Register: func(server *grpc.Server, _ string) {
			pulumirpc.RegisterResourceProviderServer(server, Provider{})
		},
	}.Run(args, stdin, stdout)
}
