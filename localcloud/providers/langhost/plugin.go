package langhost

import (
	"errors"
	"os/exec"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// RunPlugin runs a plugin that is written in Python: a policy pack, through the policy runner of the Pulumi SDK in the
// pack's own environment, or a provider, which is a directory with a __main__.py.
func (h *Host) RunPlugin(request *pulumirpc.RunPluginRequest, stream pulumirpc.LanguageRuntime_RunPluginServer) error {
	if request.GetAttachDebugger() {
		return unsupported("attaching a debugger")
	}
	options, err := ParseOptions(request.GetInfo())
	if err != nil {
		return err
	}
	python, err := options.Python()
	if err != nil {
		return status.Error(codes.FailedPrecondition, err.Error())
	}

	command := exec.Command(python, pluginArguments(request)...)
	command.Dir = request.GetPwd()
	command.Env = options.Environment(request.GetEnv())
	command.Stdout = writerFunc(func(text []byte) error {
		return stream.Send(&pulumirpc.RunPluginResponse{Output: &pulumirpc.RunPluginResponse_Stdout{Stdout: text}})
	})
	command.Stderr = writerFunc(func(text []byte) error {
		return stream.Send(&pulumirpc.RunPluginResponse{Output: &pulumirpc.RunPluginResponse_Stderr{Stderr: text}})
	})
	err = runGroup(stream.Context(), command)
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return stream.Send(&pulumirpc.RunPluginResponse{
			Output: &pulumirpc.RunPluginResponse_Exitcode{Exitcode: int32(exit.ExitCode())},
		})
	}
	if err != nil && stream.Context().Err() == nil {
		return status.Errorf(codes.FailedPrecondition, "the plugin could not be started: %v", err)
	}
	return err
}

func pluginArguments(request *pulumirpc.RunPluginRequest) []string {
	program := request.GetInfo().GetProgramDirectory()
	if request.GetKind() == "analyzer" {
		arguments := append([]string{"-u", "-m", "pulumi.policy"}, request.GetArgs()...)
		return append(arguments, program)
	}
	return append([]string{"-u", program}, request.GetArgs()...)
}
