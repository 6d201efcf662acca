package reference

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/png"
	"slices"
)

// assets are what the sample application serves to elements: each the smallest
// that browsers take for real, by path.
var assets = map[string]asset{
	"/v1/logo.png":  {"image/png", logo()},
	"/v1/badge.png": {"image/png", logo()},
	"/v1/app.js":    {"text/javascript", []byte("globalThis.items = \"loaded\";\n")}, // a classic script and a module alike
	"/v1/site.css":  {"text/css", []byte("body { color: black; }\n")},
	"/v1/text.ttf":  {"font/ttf", typeface()},
	"/v1/items.vtt": {"text/vtt", []byte("WEBVTT\n\n00:00.000 --> 00:01.000\nloaded\n")},
	"/v1/events":    {"text/event-stream", []byte("retry: 60000\ndata: first\n\n")},
}

type asset struct {
	contentType string
	body        []byte
}

// logo is an image of one pixel.
func logo() []byte {
	pixel := image.NewGray(image.Rect(0, 0, 1, 1))
	pixel.Set(0, 0, color.White)
	var b bytes.Buffer
	if err := png.Encode(&b, pixel); err != nil {
		panic(err) // a buffer takes everything
	}
	return b.Bytes()
}

// typeface is a TrueType font with one glyph, a triangle, and the ten tables
// without which browsers refuse a font.
//
// https://learn.microsoft.com/typography/opentype/spec/otff
func typeface() []byte {
	const unitsPerEm, advance = 1000, 500
	words := func(values ...uint16) []byte {
		var b []byte
		for _, v := range values {
			b = binary.BigEndian.AppendUint16(b, v)
		}
		return b
	}
	glyph := slices.Concat(
		words(1, 0, 0, advance, advance, 2, 0), // one contour in a box, which ends at point 2; no instructions
		[]byte{0x01, 0x01, 0x01},               // three points on the curve, each coordinate a word
		words(0, advance, 0x10000-advance/2),   // x, each from the point before
		words(0, 0, advance),                   // y
		[]byte{0},                              // an even length
	)
	tables := []struct {
		tag  string
		data []byte
	}{
		{"OS/2", slices.Concat(
			words(4, advance, 400, 5, 0), make([]byte, 16), // version, width, weight, width class, embedding; sub- and superscripts
			words(0, 0, 0), make([]byte, 10), make([]byte, 16), []byte("TEST"), // strikeout, family class, panose, Unicode ranges, vendor
			words(0x40, 'A', 'A', 800, 0x10000-200, 0, 800, 200), // regular; first and last character; ascents and descents
			make([]byte, 8), words(400, 700, 0, 32, 1))}, // code pages; heights, default and break character, context
		{"cmap", slices.Concat(
			words(0, 1, 3, 1, 0, 12),           // one table, for Unicode, at byte 12
			words(4, 32, 0, 4, 4, 1, 0),        // format 4 with two segments
			words('A', 0xffff, 0, 'A', 0xffff), // their ends and starts
			words(0x10000-'A', 1, 0, 0))},      // their deltas: "A" is glyph 0
		{"glyf", glyph},
		{"head", slices.Concat(
			words(1, 0, 1, 0, 0, 0, 0x5f0f, 0x3cf5), // version, revision, checksum, magic number
			words(0, unitsPerEm), make([]byte, 16),  // flags; created and modified
			words(0, 0, advance, advance, 0, 8, 2, 0, 0))}, // the box of all glyphs, style, smallest size, direction, short offsets
		{"hhea", slices.Concat(words(1, 0, 800, 0x10000-200, 0, advance, 0, 0, advance, 1, 0, 0), make([]byte, 10), words(1))},
		{"hmtx", words(advance, 0)},
		{"loca", words(0, uint16(len(glyph)/2))},
		{"maxp", slices.Concat(words(1, 0, 1, 3, 1, 0, 0, 2), make([]byte, 16))},
		{"name", words(0, 0, 6)},
		{"post", slices.Concat(words(3, 0), make([]byte, 28))},
	}
	offset := 12 + 16*len(tables)
	font := words(0, 1, uint16(len(tables)), 128, 3, uint16(16*len(tables)-128))
	copy(font, "\x00\x01\x00\x00")
	var data []byte
	for _, t := range tables {
		for len(data)%4 != 0 {
			data = append(data, 0)
		}
		font = append(font, t.tag...)
		for _, v := range []uint32{checksum(t.data), uint32(offset + len(data)), uint32(len(t.data))} {
			font = binary.BigEndian.AppendUint32(font, v)
		}
		data = append(data, t.data...)
	}
	return append(font, data...)
}

// checksum adds up the words of a table, which is padded with zeros.
func checksum(table []byte) uint32 {
	var sum uint32
	for padded := append(slices.Clone(table), 0, 0, 0); len(padded) >= 4; padded = padded[4:] {
		sum += binary.BigEndian.Uint32(padded)
	}
	return sum
}
