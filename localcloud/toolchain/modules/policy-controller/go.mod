module tenantplane.dev/toolchain/policy-controller

go 1.24.0

require github.com/sigstore/policy-controller v0.13.1
