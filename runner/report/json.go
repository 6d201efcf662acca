package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/corsproof/corsproof/suite"
)

// JSON writes the report as indented JSON. Its schema is that of suite.Report, whose
// fields are documented there; suite.SchemaVersion numbers it. The same report gives
// the same bytes.
//
// No byte of it is a control character but the newlines between lines, so that it may
// be shown as it is.
func JSON(w io.Writer, r *suite.Report) error { return writeJSON(w, r) }

func writeJSON(w io.Writer, v any) error {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(v); err != nil {
		return err
	}
	_, err := w.Write(escapeControls(b.Bytes()))
	return err
}

// oneOrAll is what stands for several in JSON: an array, and for one that itself.
func oneOrAll[T any](several []T) any {
	if len(several) == 1 {
		return several[0]
	}
	return several
}

// escapeControls escapes DEL and the C1 control characters, which package json leaves
// alone and some terminals obey. They can only be inside of strings.
func escapeControls(data []byte) []byte {
	if !bytes.ContainsFunc(data, isControl) {
		return data
	}
	var b bytes.Buffer
	for _, c := range string(data) {
		if isControl(c) {
			fmt.Fprintf(&b, `\u%04x`, c)
		} else {
			b.WriteRune(c)
		}
	}
	return b.Bytes()
}

func isControl(c rune) bool { return 0x7f <= c && c <= 0x9f }

// ReadJSON reads a report that JSON wrote. It accepts fields that it does not know,
// since they may be added without a new schema version.
func ReadJSON(r io.Reader) (*suite.Report, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	var version struct {
		SchemaVersion *int `json:"schemaVersion"`
	}
	if err := json.Unmarshal(data, &version); err != nil {
		return nil, fmt.Errorf("it is no report in JSON: %w", err)
	}
	switch {
	case version.SchemaVersion == nil:
		return nil, errors.New(`it is no report of corsproof: it has no "schemaVersion"`)
	case *version.SchemaVersion != suite.SchemaVersion:
		return nil, fmt.Errorf("it has schema version %d; this corsproof reads %d", *version.SchemaVersion, suite.SchemaVersion)
	}
	report := new(suite.Report)
	if err := json.Unmarshal(data, report); err != nil {
		return nil, fmt.Errorf("it is no report of schema version %d: %w", suite.SchemaVersion, err)
	}
	return report, nil
}
