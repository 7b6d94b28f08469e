package transfer

import (
	"archive/zip"
	"io"
	"os"
	"path"
	"slices"
	"strings"

	"dateline/internal/fault"
)

// File is one list of readers to be read, perhaps out of an archive. It is
// opened twice: to look at it, and to take it.
type File struct {
	Name string // without folders of this machine
	Size int64  // bytes
	Open func() (io.ReadCloser, error)
}

const (
	mostEntries = 200     // files in an archive
	mostSize    = 4 << 30 // bytes of one of them, unpacked
)

// Unpack returns the lists in a file: itself, or those of the archive that it
// is.
func Unpack(name string, at io.ReaderAt, size int64) ([]File, error) {
	var magic [4]byte
	if n, _ := at.ReadAt(magic[:], 0); n < len(magic) || string(magic[:]) != "PK\x03\x04" {
		if looksComplete(at, size) {
			return []File{complete(name, at, size)}, nil
		}
		return []File{{name, size, func() (io.ReadCloser, error) { return io.NopCloser(io.NewSectionReader(at, 0, size)), nil }}}, nil
	}
	z, err := zip.NewReader(at, size)
	if err != nil {
		return nil, fault.New(fault.Invalid, "%s is a broken ZIP archive: %w", name, err).WithHint("download it again")
	}
	if len(z.File) > 100*mostEntries {
		return nil, fault.New(fault.Invalid, "%s holds %d files", name, len(z.File)).WithHint("unpack it and give the CSV files of the readers alone")
	}
	var out []File
	for _, f := range z.File {
		if strings.HasPrefix(f.Name, "xl/") {
			return nil, fault.New(fault.Invalid, "%s is an Excel workbook, not a CSV file", name).WithHint("open it and save it as CSV")
		}
		if !listLike(f.Name) || f.UncompressedSize64 == 0 {
			continue
		}
		if f.UncompressedSize64 > mostSize {
			return nil, fault.New(fault.Invalid, "%s in %s is larger than 4 GB", f.Name, name)
		}
		out = append(out, File{path.Base(f.Name), int64(f.UncompressedSize64), func() (io.ReadCloser, error) { return unpacked(f) }})
	}
	if len(out) == 0 || len(out) > mostEntries {
		return nil, fault.New(fault.Invalid, "%s holds %d CSV files", name, len(out)).WithHint("unpack it and give the CSV files of the readers alone")
	}
	slices.SortStableFunc(out, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

// listLike tells whether a file of an archive may be a list of readers. Under
// posts/ Substack tells who opened what, which is nobody's subscription.
func listLike(name string) bool {
	base := path.Base(name)
	kind := strings.ToLower(path.Ext(base))
	return (kind == ".csv" || kind == ".txt" || kind == ".tsv") && !strings.HasPrefix(base, ".") && !strings.HasPrefix(name, "__MACOSX/") &&
		!strings.HasPrefix(name, "posts/") && !strings.Contains(name, "/posts/")
}

type limited struct {
	io.Reader
	io.Closer
}

func unpacked(f *zip.File) (io.ReadCloser, error) {
	r, err := f.Open()
	if err != nil {
		return nil, fault.New(fault.Invalid, "%s in the archive cannot be read: %w", f.Name, err)
	}
	return limited{io.LimitReader(r, mostSize), r}, nil
}

// OpenFiles opens files of this machine. Close them when all is done.
func OpenFiles(paths []string) (files []File, closeAll func(), err error) {
	var open []*os.File
	closeAll = func() {
		for _, f := range open {
			_ = f.Close() // it was only read
		}
	}
	for _, p := range paths {
		f, err := os.Open(p)
		if err != nil {
			closeAll()
			return nil, nil, fault.New(fault.Invalid, "the file cannot be read: %w", err)
		}
		open = append(open, f)
		info, err := f.Stat()
		if err == nil && info.IsDir() {
			err = fault.New(fault.Invalid, "%s is a folder", p).WithHint("name the CSV files in it")
		}
		var some []File
		if err == nil {
			some, err = Unpack(info.Name(), f, info.Size())
		}
		if err != nil {
			closeAll()
			return nil, nil, err
		}
		files = append(files, some...)
	}
	return files, closeAll, nil
}
