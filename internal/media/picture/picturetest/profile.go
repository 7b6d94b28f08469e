package picturetest

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"math"
)

// Primaries, as a profile has them: columns of XYZ under D50.
var (
	DisplayP3 = [3][3]float64{{0.51512, 0.2412, -0.00105}, {0.29198, 0.69225, 0.04189}, {0.1571, 0.06657, 0.78407}}
	SRGB      = [3][3]float64{{0.43607, 0.22249, 0.01392}, {0.38515, 0.71687, 0.09708}, {0.14307, 0.06061, 0.7141}}
)

// Profile is an ICC profile with the primaries and sRGB's tone curve, given as
// a parametric curve, or as a table of samples.
func Profile(primaries [3][3]float64, table bool) []byte {
	be := binary.BigEndian
	var tags, data []byte
	count := uint32(6)
	add := func(name string, body []byte) {
		tags = append(tags, name...)
		tags = be.AppendUint32(tags, 132+count*12+uint32(len(data)))
		tags = be.AppendUint32(tags, uint32(len(body)))
		data = append(data, body...)
	}
	fixed := func(b []byte, v float64) []byte { return be.AppendUint32(b, uint32(int32(math.Round(v*65536)))) }
	curve := append([]byte("para\x00\x00\x00\x00"), 0, 3, 0, 0)
	for _, v := range []float64{2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045} {
		curve = fixed(curve, v)
	}
	if table {
		curve = be.AppendUint32([]byte("curv\x00\x00\x00\x00"), 1024)
		for i := range 1024 {
			x := float64(i) / 1023
			if x < 0.04045 {
				x /= 12.92
			} else {
				x = math.Pow((x+0.055)/1.055, 2.4)
			}
			curve = be.AppendUint16(curve, uint16(math.Round(x*65535)))
		}
	}
	for i, name := range []string{"r", "g", "b"} {
		body := []byte("XYZ \x00\x00\x00\x00")
		for _, v := range primaries[i] {
			body = fixed(body, v)
		}
		add(name+"XYZ", body)
		add(name+"TRC", curve)
	}
	head := make([]byte, 128)
	copy(head[16:], "RGB XYZ ")
	copy(head[36:], "acsp")
	return append(append(be.AppendUint32(head, count), tags...), data...)
}

// JPEGWithProfile adds a profile to a JPEG, in two segments.
func JPEGWithProfile(file, profile []byte) []byte {
	half := len(profile) / 2
	second := segment(file, 0xe2, append([]byte("ICC_PROFILE\x00\x02\x02"), profile[half:]...))
	return segment(second, 0xe2, append([]byte("ICC_PROFILE\x00\x01\x02"), profile[:half]...))
}

// PNGWithProfile adds a profile to a PNG.
func PNGWithProfile(file, profile []byte) []byte {
	var z bytes.Buffer
	w := zlib.NewWriter(&z)
	_, _ = w.Write(profile)
	_ = w.Close()
	const header = 33
	out := chunk(bytes.Clone(file[:header]), "iCCP", append([]byte("wide\x00\x00"), z.Bytes()...))
	return append(out, file[header:]...)
}
