module tenantplane.dev/toolchain/tetragon

go 1.24.0

require github.com/cilium/tetragon v0.8.0
