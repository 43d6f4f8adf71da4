// Package langhost is a Pulumi language host for Python: it serves the LanguageRuntime protocol of the SDK, so that the
// engine can run Python programs, policy packs and plugins on a machine without the official pulumi-language-python.
//
// It supports Linux and other Unix systems and the pip toolchain; what it does not do it refuses with one clear sentence.
package langhost

import (
	"io"
	"os"

	"github.com/pulumi/pulumi/sdk/v3"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"

	"tenantplane.dev/localcloud/providers/serve"
)

// Main serves the language host until the engine goes away or a signal arrives; the programs it runs end with it.
func Main(args []string, stdin *os.File, stdout io.Writer) error {
	return serve.Plugin{
		Name:    "pulumi-language-python",
		Version: sdk.Version.String(),
		Register: func(server *grpc.Server, engine string) {
			pulumirpc.RegisterLanguageRuntimeServer(server, NewHost(engine))
		},
	}.Run(args, stdin, stdout)
}
