package langhost

import (
	"context"
	"errors"
	"fmt"
	"os/exec"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// RunPlugin runs a plugin that is written in Python: a policy pack, or a provider, which is a directory with a __main__.py.
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
	if err := options.checkSDK(stream.Context(), python); err != nil {
		return err
	}

	command := exec.Command(python, "-u")
	command.Dir = request.GetPwd()
	command.Env = options.Environment(request.GetEnv())
	command.Stdout = writerFunc(func(text []byte) error {
		return stream.Send(&pulumirpc.RunPluginResponse{Output: &pulumirpc.RunPluginResponse_Stdout{Stdout: text}})
	})
	command.Stderr = writerFunc(func(text []byte) error {
		return stream.Send(&pulumirpc.RunPluginResponse{Output: &pulumirpc.RunPluginResponse_Stderr{Stderr: text}})
	})
	program := request.GetInfo().GetProgramDirectory()
	if request.GetKind() == "analyzer" {
		command.Args = append(append(command.Args, "-m", "pulumi.policy"), append(request.GetArgs(), program)...)
		err = runPolicyPack(stream.Context(), command)
	} else {
		command.Args = append(append(command.Args, program), request.GetArgs()...)
		err = runGroup(stream.Context(), command)
	}

	var exit *exec.ExitError
	if errors.As(err, &exit) && stream.Context().Err() == nil {
		return stream.Send(&pulumirpc.RunPluginResponse{
			Output: &pulumirpc.RunPluginResponse_Exitcode{Exitcode: int32(exit.ExitCode())},
		})
	}
	return err
}

// checkSDK says what to install where a plugin has no Pulumi SDK; Python's own message would name a module only.
func (o Options) checkSDK(ctx context.Context, python string) error {
	packages, err := o.installed(ctx)
	if err != nil {
		return err
	}
	if _, found := packages.find("pulumi"); found {
		return nil
	}
	how := fmt.Sprintf("set the virtualenv option of its runtime in %s", o.Root)
	if o.Virtualenv != "" {
		how = fmt.Sprintf("run `%s -m pip install -r requirements.txt` there", python)
	}
	return status.Errorf(codes.FailedPrecondition, "the plugin in %s runs on %s, which has no Pulumi SDK; %s", o.Program, python, how)
}
