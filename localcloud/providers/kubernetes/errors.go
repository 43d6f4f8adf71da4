package kubernetes

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil/rpcerror"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/structpb"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// notReady is the end of a wait: the object exists, but did not become what it should.
type notReady struct {
	object  *unstructured.Unstructured // as last seen
	message string
	reasons []string // what stood in the way, for the engine to list
}

func (e *notReady) Error() string { return e.message }

func timedOut(object *unstructured.Unstructured, reasons []string) *notReady {
	return &notReady{object: object, reasons: reasons,
		message: fmt.Sprintf("'%s' timed out waiting to be Ready", object.GetName())}
}

// conditionTimedOut is timedOut for waits on conditions at large, in the words that kubectl and the official provider use.
func conditionTimedOut(object *unstructured.Unstructured, reasons []string) *notReady {
	return &notReady{object: object, reasons: reasons, message: "timed out waiting for the condition"}
}

func cancelled(object *unstructured.Unstructured, reasons []string) *notReady {
	return &notReady{object: object, reasons: reasons,
		message: fmt.Sprintf("Resource operation was cancelled for %q", object.GetName())}
}

func failedToInitialize(object *unstructured.Unstructured, reasons []string) *notReady {
	return &notReady{object: object, reasons: reasons,
		message: fmt.Sprintf("Resource '%s' was created but failed to initialize", object.GetName())}
}

// initFailed tells the engine that the object exists with this state, but is not ready; the engine stores it and waits again next time.
func initFailed(id string, message string, reasons []string, state, inputs *structpb.Struct) error {
	detail := &pulumirpc.ErrorResourceInitFailed{
		Id: id, Properties: state, Reasons: append([]string{message}, reasons...), Inputs: inputs,
	}
	return rpcerror.WithDetails(rpcerror.New(codes.Unknown, message), detail)
}

// redactor hides the values of secret inputs in messages of the API server, which may quote what it refuses.
type redactor struct{ replacer *strings.Replacer }

// shortestSecret is the length in bytes from which a secret value is hidden: hiding "1" or "on" everywhere would garble the message.
const shortestSecret = 4

func newRedactor(properties resource.PropertyMap) redactor {
	if !properties.ContainsSecrets() {
		return redactor{}
	}
	var pairs []string
	var collect func(value resource.PropertyValue, secret bool)
	collect = func(value resource.PropertyValue, secret bool) {
		switch {
		case value.IsSecret():
			collect(value.SecretValue().Element, true)
		case value.IsObject():
			for _, item := range value.ObjectValue() {
				collect(item, secret)
			}
		case value.IsArray():
			for _, item := range value.ArrayValue() {
				collect(item, secret)
			}
		case secret && value.IsString() && len(value.StringValue()) >= shortestSecret:
			pairs = append(pairs, value.StringValue(), "[secret]")
		}
	}
	collect(resource.NewObjectProperty(properties), false)
	if len(pairs) == 0 {
		return redactor{}
	}
	return redactor{strings.NewReplacer(pairs...)}
}

func (r redactor) text(message string) string {
	if r.replacer == nil {
		return message
	}
	return r.replacer.Replace(message)
}

func (r redactor) texts(messages []string) []string {
	hidden := make([]string, len(messages))
	for i, message := range messages {
		hidden[i] = r.text(message)
	}
	return hidden
}
