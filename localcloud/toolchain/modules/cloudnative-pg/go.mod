module tenantplane.dev/toolchain/cloudnative-pg

go 1.25.0

require github.com/cloudnative-pg/cloudnative-pg v1.28.0
