package random

import (
	cryptorand "crypto/rand"
	"encoding/binary"
	"hash/crc64"
	seeded "math/rand"
	"math/rand/v2"
)

// system draws from the operating system's cryptographic generator.
type system struct{}

// Uint64 gives 64 random bits. crypto/rand ends the process rather than fail.
func (system) Uint64() uint64 {
	var bits [8]byte
	_, _ = cryptorand.Read(bits[:])
	return binary.LittleEndian.Uint64(bits[:])
}

// secure gives uniform numbers from the system's generator.
var secure = rand.New(system{})

// bytes gives n random bytes.
func bytes(n int64) []byte {
	drawn := make([]byte, n)
	_, _ = cryptorand.Read(drawn)
	return drawn
}

// fromSeed gives the generator that the official provider uses for a seed, so that both give the same results. It is not secure.
func fromSeed(seed string) *seeded.Rand {
	checksum := crc64.Checksum([]byte(seed), crc64.MakeTable(crc64.ISO))
	return seeded.New(seeded.NewSource(int64(checksum))) //nolint:gosec // what a seed is for
}
